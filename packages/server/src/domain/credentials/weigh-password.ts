/** What a password may be made of that can be guessed. */
export type GuessableKind = 'contextual' | 'repeated' | 'sequence' | 'common'

/** What is known to whoever guesses. */
export interface GuessingKnowledge {
  /** In lower case: names of this person and this service. */
  readonly contextWords: ReadonlySet<string>
  /** In lower case. */
  readonly commonPasswords: ReadonlySet<string>
}

export interface PasswordWeight {
  /** How many characters it is worth: those that belong to nothing guessable, and a few for each guessable part. */
  readonly characters: number
  /** What most of its guessable characters belong to. Absent: it has none. */
  readonly mostly: GuessableKind | undefined
}

interface Part {
  readonly text: string
  /** With 0, 1, 3, 4, 5, 7, @, $ and ! read as the letters that they stand for. */
  readonly unmasked: string
  /** All that stands before its last character. */
  readonly before: string
}

interface GuessablePart {
  readonly kind: GuessableKind
  /** How many characters a part of this kind is worth, however long it is. */
  readonly worth: number
  readonly matches: (part: Part, known: GuessingKnowledge) => boolean
}

/** Parts of three characters and more. On a tie the earlier row explains the refusal. */
const guessableParts: readonly GuessablePart[] = [
  // The person's names and the service's: the first that anybody tries.
  { kind: 'contextual', worth: 1, matches: (part, { contextWords }) => isListed(part, contextWords) },
  // passwordPASSWORD, xyxyxyxy: what stands there already, also when the two overlap.
  { kind: 'repeated', worth: 1, matches: ({ text, before }) => before.includes(text) },
  // aaaaaa
  { kind: 'repeated', worth: 2, matches: ({ text }) => /^(.)\1+$/su.test(text) },
  // abcdef, 654321, qwertz, 1q2w3e4r
  { kind: 'sequence', worth: 2, matches: ({ text }) => lines.some((line) => line.includes(text)) },
  // 1987, 2026
  { kind: 'sequence', worth: 2, matches: ({ text }) => /^(?:19|20)[0-9]{2}$/.test(text) },
  // dragon, dr4g0n, iloveyou
  {
    kind: 'common',
    worth: 3,
    matches: (part, { commonPasswords }) => part.text.length > 3 && isListed(part, commonPasswords),
  },
]

const shortestPart = 3

/** A listed word that is longer is looked for in its parts only. */
const longestWord = 40

const forwardLines = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  // Rows of the keyboards QWERTY, QWERTZ and AZERTY, then its columns, then zigzag along the upper rows.
  '!@#$%^&*()',
  'qwertyuiop[]',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl;',
  'qsdfghjklm',
  'zxcvbnm,./',
  'yxcvbnm',
  'wxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1q2w3e4r5t6y7u8i9o0p',
  'qawsedrftgyhujikolp',
]

const lines = forwardLines.flatMap((line) => [line, [...line].reverse().join('')])

const maskedLetters: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

function isListed({ text, unmasked }: Part, words: ReadonlySet<string>): boolean {
  return text.length <= longestWord && (words.has(text) || words.has(unmasked))
}

/** The cheapest way to make up the password's first so many characters. */
interface Split {
  readonly characters: number
  readonly guessable: ReadonlyMap<GuessableKind, number>
}

/**
 * Weighs a password as its cheapest split into guessable parts and single characters, so that long passwords made of little are told from
 * those that merely contain a word. Case does not count. Stops where the password is worth `enough` whatever follows, so the time
 * is bounded: some milliseconds for 256 characters.
 */
export function weighPassword(password: string, known: GuessingKnowledge, enough: number): PasswordWeight {
  const characters = [...password.toLowerCase()]
  const splits: Split[] = [{ characters: 0, guessable: new Map() }]
  // Only a listed word can make a longer beginning cheaper than a shorter one, so no word reaches back over so many that are enough.
  let enoughInARow = 0
  for (let end = 1; end <= characters.length && enoughInARow < longestWord; end++) {
    const split = cheapestSplit(characters.slice(0, end), splits, known)
    enoughInARow = split.characters >= enough ? enoughInARow + 1 : 0
    splits.push(split)
  }
  const { characters: worth, guessable } = splits.at(-1) ?? { characters: 0, guessable: new Map() }
  const mostly = guessableParts
    .map(({ kind }) => kind)
    .reduce<GuessableKind | undefined>(
      (most, kind) => (countOf(guessable, kind) > countOf(guessable, most) ? kind : most),
      undefined,
    )
  return { characters: worth, mostly }
}

function countOf(guessable: ReadonlyMap<GuessableKind, number>, kind: GuessableKind | undefined): number {
  return kind === undefined ? 0 : (guessable.get(kind) ?? 0)
}

function cheapestSplit(characters: readonly string[], splits: readonly Split[], known: GuessingKnowledge): Split {
  const end = characters.length
  const previous = splits[end - 1] ?? { characters: 0, guessable: new Map() }
  let best: Split = { ...previous, characters: previous.characters + 1 }
  const before = characters.slice(0, -1).join('')
  for (let start = 0; start <= end - shortestPart; start++) {
    const beginning = splits[start]
    if (beginning === undefined || beginning.characters >= best.characters) continue
    const text = characters.slice(start, end).join('')
    const unmasked = text.replace(/[013457@$!]/g, (masked) => maskedLetters[masked] ?? masked)
    const part = { text, unmasked, before }
    for (const { kind, worth, matches } of guessableParts) {
      if (beginning.characters + worth >= best.characters || !matches(part, known)) continue
      const guessable = new Map(beginning.guessable).set(kind, countOf(beginning.guessable, kind) + end - start)
      best = { characters: beginning.characters + worth, guessable }
    }
  }
  return best
}
