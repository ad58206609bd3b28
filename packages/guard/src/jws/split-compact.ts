import type { FailedCheck } from '../guard-event.ts'
import { isBase64url } from './base64url.ts'

/** The three parts of a JWS in compact serialization, still encoded. */
export interface CompactJws {
  readonly ok: true
  readonly header: string
  readonly payload: string
  readonly signature: string
  /** What was signed: header and payload with the dot between them. */
  readonly signingInput: string
}

export interface RefusedForm {
  readonly ok: false
  readonly failure: FailedCheck
}

// 8 kB of JSON as base64url. Node itself takes 16 kB for all headers of a request.
const maxSigningInputLength = 10_924
const maxTokenLength = 16_384

/** What `splitCompact` expects, in words. */
export const expectedForm = 'three parts of canonical base64url with dots between them, within 8 kB of JSON'

/**
 * Splits a compact JWS. The payload may be empty, as it may in a JWS; header and signature may not.
 *
 * @see RFC 7515 §7.1, RFC 8725bis §3.14 (nothing but ASCII letters, digits, `-`, `_` and `.`)
 */
export function splitCompact(token: string): CompactJws | RefusedForm {
  if (token.length > maxTokenLength) return refuse(`${token.length} characters`)
  const firstDot = token.indexOf('.')
  const lastDot = token.lastIndexOf('.')
  if (firstDot === lastDot) return refuse(firstDot === -1 ? '1 part' : '2 parts')
  if (token.indexOf('.', firstDot + 1) !== lastDot) return refuse(`${token.split('.').length} parts`)
  if (lastDot > maxSigningInputLength) return refuse(`${lastDot} characters of header and payload`)
  const header = token.slice(0, firstDot)
  const payload = token.slice(firstDot + 1, lastDot)
  const signature = token.slice(lastDot + 1)
  if (header === '' || signature === '') return refuse(header === '' ? 'an empty header' : 'an empty signature')
  if (!isBase64url(header)) return refuse('a header that is not canonical base64url')
  if (!isBase64url(payload)) return refuse('a payload that is not canonical base64url')
  if (!isBase64url(signature)) return refuse('a signature that is not canonical base64url')
  return { ok: true, header, payload, signature, signingInput: token.slice(0, lastDot) }
}

function refuse(got: string): RefusedForm {
  return { ok: false, failure: { check: 'form', expected: expectedForm, got } }
}
