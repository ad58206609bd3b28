import { loadCommonPasswords } from './common-passwords.ts'
import { type GuessableKind, weighPassword } from './weigh-password.ts'

/** Whom and what the password is for: words that it must not be made of. */
export interface PasswordContext {
  readonly username: string
  readonly email?: string | undefined
  /** The host of the issuer, such as `login.example.com`. */
  readonly issuerHost: string
  /** Whether a second factor is asked for beside it, at this moment. Default: none is. */
  readonly hasSecondFactor?: boolean | undefined
}

type PasswordProblem = 'too_short' | 'too_long' | 'not_text' | GuessableKind

export type PasswordValidation =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: PasswordProblem; readonly sentence: string }

/** NIST SP 800-63B-4 §3.1.1.2: at least 15 when the password is the only factor. In code points, after NFC. */
export const shortestPassword = 15

/** The same section: at least 8 with a second factor. */
const shortestBesideFactor = 8

/** The same section asks for at least 64. The bound is there for the one who must hash it. */
const longestPassword = 256

/** A password is refused when it is worth fewer single characters than this: see `weigh-password.ts`. */
const leastWorth = 9
const leastWorthBesideFactor = 6

const sentences: Readonly<Record<Exclude<PasswordProblem, 'too_short'>, string>> = {
  too_long: `Use at most ${longestPassword} characters.`,
  not_text: 'Use characters that can be typed: no control characters or line breaks.',
  contextual: 'Do not make it of your name, your e-mail address or the name of this service: they are tried first.',
  repeated: 'Do not repeat the same few characters: repeating them does not make them harder to guess.',
  sequence: 'Do not follow the alphabet, the digits or the keyboard: such rows are tried first.',
  common: 'This is made of passwords that many people use. Use a few words that do not belong together.',
}

/**
 * Says whether an account may have this password, or why not, in a sentence for the person. No rules of composition: any
 * characters will do. A word from a list is no reason to refuse as long as the rest is worth enough.
 *
 * @see NIST SP 800-63B-4 §3.1.1.2
 */
export async function validatePassword(password: string, context: PasswordContext): Promise<PasswordValidation> {
  const text = password.normalize('NFC')
  const length = [...text].length
  const { hasSecondFactor = false } = context
  const shortest = hasSecondFactor ? shortestBesideFactor : shortestPassword
  if (length < shortest) return refuseShort(shortest)
  if (length > longestPassword) return refuse('too_long')
  // RFC 8265 §4.2.1 (OpaqueString): no control characters. UTF-8 has no lone surrogates.
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) return refuse('not_text')
  const commonPasswords = await loadCommonPasswords()
  if (commonPasswords.has(text.toLowerCase())) return refuse('common')
  const least = hasSecondFactor ? leastWorthBesideFactor : leastWorth
  const weight = weighPassword(text, { commonPasswords, contextWords: listContextWords(context) }, least)
  if (weight.characters < least) return refuse(weight.mostly ?? 'common')
  return { ok: true }
}

/** The names whole and in their parts, of three characters and more. */
function listContextWords({ username, email = '', issuerHost }: PasswordContext): ReadonlySet<string> {
  const names = ['ostiary', username, email, issuerHost].map((name) => name.normalize('NFC').toLowerCase())
  const parts = names.flatMap((name) => name.split(/[^\p{L}\p{M}\p{N}]+/u))
  return new Set([...names, ...parts].filter((word) => word.length >= 3))
}

function refuseShort(shortest: number): PasswordValidation {
  const sentence = `Use at least ${shortest} characters. A few words that do not belong together are easy to remember.`
  return { ok: false, reason: 'too_short', sentence }
}

function refuse(reason: Exclude<PasswordProblem, 'too_short'>): PasswordValidation {
  return { ok: false, reason, sentence: sentences[reason] }
}
