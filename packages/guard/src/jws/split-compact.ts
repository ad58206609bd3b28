import { type RefusedToken, refuseToken } from './check.ts'

/** The three parts of a JWS in compact serialization, still encoded. */
export interface CompactJws {
  readonly ok: true
  readonly header: string
  readonly payload: string
  readonly signature: string
  /** What was signed: header and payload with the dot between them. */
  readonly signingInput: string
}

// 8 kB of JSON as base64url. Node itself takes 16 kB for all headers of a request.
const maxSigningInputLength = 10_924
const maxTokenLength = 16_384

/** What a token's form must be, in words. */
export const expectedForm = 'three parts of canonical base64url, within 8 kB'

/**
 * Splits a compact JWS. The payload may be empty, as it may in a JWS; header and signature may not.
 *
 * @see RFC 7515 §7.1
 */
export function splitCompact(token: string): CompactJws | RefusedToken {
  if (token.length > maxTokenLength) return refuseForm(`${token.length} characters`)
  // Decoders cut off what they don't know: such a character would be another spelling of the same token (RFC 8725bis §3.1).
  if (Buffer.byteLength(token) !== token.length) return refuseForm('characters that are no ASCII')
  const firstDot = token.indexOf('.')
  const lastDot = token.lastIndexOf('.')
  if (firstDot === lastDot || token.indexOf('.', firstDot + 1) !== lastDot) {
    return refuseForm(`${token.split('.').length} parts`)
  }
  if (lastDot > maxSigningInputLength) return refuseForm(`${lastDot} characters of header and payload`)
  if (firstDot === 0 || lastDot === token.length - 1) return refuseForm('an empty part')
  return {
    ok: true,
    header: token.slice(0, firstDot),
    payload: token.slice(firstDot + 1, lastDot),
    signature: token.slice(lastDot + 1),
    signingInput: token.slice(0, lastDot),
  }
}

/** Says that a token has another form. */
export function refuseForm(got: string): RefusedToken {
  return refuseToken('form', expectedForm, got)
}
