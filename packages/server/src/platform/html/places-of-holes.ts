/** Where a value stands in a template: in text, in a quoted attribute value, or in a tag outside of quotes. */
export type HolePlace = 'text' | 'quoted' | 'tag'

type ScannerState = 'text' | 'tag' | '"' | "'"

/**
 * Finds where each hole of a template stands, reading only the constant parts between them.
 *
 * @throws {TypeError} when the template has an element whose content is not HTML text (script, style, comments): escaping does not work there.
 */
export function placesOfHoles(strings: readonly string[]): readonly HolePlace[] {
  const places: HolePlace[] = []
  let state: ScannerState = 'text'
  for (const part of strings.slice(0, -1)) {
    state = scan(part, state)
    places.push(state === '"' || state === "'" ? 'quoted' : state)
  }
  // HTML §13.1.2: the text of these elements follows other rules, which escaping does not meet. (title and textarea decode references.)
  if (places.length > 0 && /<(?:script|style|iframe|noscript|xmp|plaintext|!--)/i.test(strings.join(''))) {
    throw new TypeError('A template with values can not contain script, style or a comment.')
  }
  return places
}

function scan(part: string, before: ScannerState): ScannerState {
  let state = before
  for (const character of part) state = nextState(state, character)
  return state
}

function nextState(state: ScannerState, character: string): ScannerState {
  if (state === 'text') return character === '<' ? 'tag' : 'text'
  if (state !== 'tag') return character === state ? 'tag' : state
  if (character === '>') return 'text'
  return character === '"' || character === "'" ? character : 'tag'
}
