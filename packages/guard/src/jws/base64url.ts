// Without `g` and `y` a regular expression keeps no state, so these may be shared.
const alphabet = /^[\w-]*$/
// RFC 4648 §3.5: the last character carries 2 or 4 bits that no byte uses, and they must be zero, or one value would have
// several spellings.
const endsOneByte = /[AQgw]$/
const endsTwoBytes = /[AEIMQUYcgkosw048]$/

/** Whether a text is what base64url encoding gives, without padding, blanks or unused bits. @see RFC 7515 §2 */
export function isBase64url(text: string): boolean {
  if (!alphabet.test(text)) return false
  const rest = text.length & 3
  if (rest === 0) return true
  if (rest === 1) return false
  return rest === 2 ? endsOneByte.test(text) : endsTwoBytes.test(text)
}
