import { canonicalLoginName } from './canonical-login-name.ts'

/** A user name that may be stored. */
export interface Username {
  /** As its owner typed it, in NFC: stored and shown like this. */
  readonly text: string
  /** What it is compared by: see `canonicalLoginName`. */
  readonly canonical: string
}

type UsernameProblem = 'empty' | 'too_long' | 'outer_blank' | 'invisible_character'

export type ParsedUsername =
  | { readonly ok: true; readonly username: Username }
  | { readonly ok: false; readonly reason: UsernameProblem; readonly sentence: string }

const longestUsername = 128

const sentences: Readonly<Record<UsernameProblem, string>> = {
  empty: 'Enter a user name.',
  too_long: `A user name has at most ${longestUsername} characters.`,
  outer_blank: 'A user name neither begins nor ends with a blank.',
  invisible_character: 'A user name has no control characters, line breaks or invisible characters.',
}

/** Control, format (bidirectional overrides too), surrogate, private and unassigned characters; line and paragraph separators. */
const invisible = /[\p{C}\p{Zl}\p{Zp}]/u
const outerBlank = /^\p{White_Space}|\p{White_Space}$/u

/**
 * Reads a user name: 1..128 code points in NFC, anything that can be seen, and blanks between.
 *
 * The length is bounded before anything else looks at the text, since normalizing costs time. A lone surrogate is of category C.
 *
 * @see RFC 8265 §3, PRECIS; laxer in what may be stored, since it is escaped wherever it is shown
 */
export function parseUsername(input: string): ParsedUsername {
  if (input.length > 8 * longestUsername) return refuse('too_long')
  const text = input.normalize('NFC')
  if (text === '') return refuse('empty')
  if (invisible.test(text)) return refuse('invisible_character')
  if (outerBlank.test(text)) return refuse('outer_blank')
  if ([...text].length > longestUsername) return refuse('too_long')
  const canonical = canonicalLoginName(text)
  if (canonical === '') return refuse('invisible_character')
  return { ok: true, username: { text, canonical } }
}

function refuse(reason: UsernameProblem): ParsedUsername {
  return { ok: false, reason, sentence: sentences[reason] }
}
