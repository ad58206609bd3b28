import { decodeJwt, decodeProtectedHeader } from 'jose'

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
  if (token.length > LONGEST_ASSERTION) return undefined
  try {
    return { token, header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}
