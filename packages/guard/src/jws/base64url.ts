// RFC 4648 §3.5: the last character of a part that doesn't fill its group carries 2 or 4 bits that no byte uses. They must
// be zero, or one value would have several spellings.
const endsOneByte = 'AQgw'
const endsTwoBytes = 'AEIMQUYcgkosw048'

/**
 * Decodes base64url as encoding gives it, without padding, blanks or unused bits; undefined for any other text.
 *
 * Node's decoder skips what it doesn't know, so that a text with a foreign character gives fewer bytes than its length
 * promises. It also takes `+` and `/`, which are of another alphabet. Comparing lengths and searching these two costs a
 * fraction of looking at each character here.
 *
 * @see RFC 7515 §2
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const rest = text.length & 3
  if (rest === 1) return undefined
  if (rest === 2 && !endsOneByte.includes(text.charAt(text.length - 1))) return undefined
  if (rest === 3 && !endsTwoBytes.includes(text.charAt(text.length - 1))) return undefined
  if (text.includes('+') || text.includes('/')) return undefined
  // Of a character beyond Latin-1 the decoder takes the lower byte: İ would be another 0.
  if (Buffer.byteLength(text) !== text.length) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === (text.length * 3) >> 2 ? bytes : undefined
}
