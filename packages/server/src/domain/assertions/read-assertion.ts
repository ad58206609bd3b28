import { decodeJwt, decodeProtectedHeader } from 'jose'
import { isCanonicalJws } from '../keys/is-canonical-jws.ts'

/** Far more than a client or a platform has to say. */
const LONGEST_ASSERTION = 8192

/** What an assertion says, with nothing of it proved. */
export interface ReadAssertion {
  readonly token: string
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** Text → an assertion; undefined for what is no JWT in compact serialization, or too long. */
export function readAssertion(token: string): ReadAssertion | undefined {
  // RFC 7515 §7.1: three parts of base64url, and nothing around them.
  if (token.length > LONGEST_ASSERTION || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return undefined
  if (!isCanonicalJws(token)) return undefined
  try {
    const header: ReadAssertion['header'] = { ...decodeProtectedHeader(token) }
    const isNamed = header.kid === undefined || typeof header.kid === 'string'
    return isNamed ? { token, header, claims: decodeJwt(token) } : undefined
  } catch {
    return undefined
  }
}
