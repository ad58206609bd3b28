import { canonicalLoginName } from './canonical-login-name.ts'

/** An e-mail address that may be stored. Whether it is its owner's has not been shown by this. */
export interface Email {
  /** As its owner typed it, in NFC: mail is sent to this. */
  readonly text: string
  /** What it is compared by: see `canonicalLoginName`. */
  readonly canonical: string
}

export type ParsedEmail =
  | { readonly ok: true; readonly email: Email }
  | { readonly ok: false; readonly reason: 'not_an_email'; readonly sentence: string }

/** RFC 5321 §4.5.3.1: a path has 256 octets with its brackets, a local part 64. */
const longestAddressBytes = 254
const longestLocalPartBytes = 64

// RFC 5322 §3.2.3 dot-atom, with the characters of RFC 6531 §3.3 beyond ASCII; no quoted local parts.
const localPart = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
// RFC 2047 §5: none stands in an address; what decodes it all the same sends the mail elsewhere.
const encodedWord = /=\?/
// RFC 5890 labels, as A-labels or U-labels; no address literals.
const domain = /^(?!-)[\p{L}\p{M}\p{N}-]{1,63}(?<!-)(?:\.(?!-)[\p{L}\p{M}\p{N}-]{1,63}(?<!-))*$/u

/**
 * Reads an e-mail address, internationalized or not: `local@domain`. Quoted local parts and address literals
 * (`"a b"@example.com`, `a@[192.0.2.1]`) are refused: mail to them is more often a mistake than meant.
 *
 * Ligatures, wide letters and characters that nobody sees are refused as well: the same address is written without.
 *
 * Compared without case, the local part too: RFC 5321 §2.4 lets hosts tell `A@` from `a@`, but none that people use does.
 *
 * @see RFC 5321 §4.1.2, RFC 6531 §3.3
 */
export function parseEmail(input: string): ParsedEmail {
  if (input.length > longestAddressBytes) return refused
  const text = input.normalize('NFC')
  const at = text.lastIndexOf('@')
  if (at < 1 || Buffer.byteLength(text) > longestAddressBytes) return refused
  if (Buffer.byteLength(text.slice(0, at)) > longestLocalPartBytes) return refused
  if (encodedWord.test(text) || !localPart.test(text.slice(0, at)) || !domain.test(text.slice(at + 1))) return refused
  const canonical = canonicalLoginName(text)
  // Mail goes to what was typed, and the account is found by the other: only case may stand between them.
  if (canonical !== text.toLowerCase()) return refused
  return { ok: true, email: { text, canonical } }
}

const refused: ParsedEmail = {
  ok: false,
  reason: 'not_an_email',
  sentence: 'This is not an e-mail address. It looks like name@example.com.',
}
