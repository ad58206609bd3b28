// JSON escapes some control characters only; these also turn a terminal's text around, or end its line.
const unseen = /[\p{C}\p{Zl}\p{Zp}]/gu

/** Quotes a value from outside for a log or a terminal: without characters that nobody sees, on one line, and short. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  const json = toJson(value) ?? typeof value
  const text = json.replace(unseen, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`)
  return text.length > 120 ? `${text.slice(0, 120)}...` : text
}

/** Undefined for what JSON has no word for. A schema's issue may hold a bigint, or itself: why a token is refused must not become another failure. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? String(member) : member))
  } catch {
    return undefined
  }
}
