/**
 * Whether each part of a compact JWS is written in the one way that encoding gives. Decoders pass over the bits of a last character that no byte
 * uses, so that one signature would have several texts.
 *
 * @see RFC 4648 §3.5, RFC 7515 §2
 */
export function isCanonicalJws(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}
