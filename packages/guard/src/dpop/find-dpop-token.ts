import type { GuardRequest } from '../guard.ts'

// RFC 9449 §7.1: "DPoP" 1*SP token68. RFC 9110 §11.1: a scheme's name doesn't distinguish case.
const dpopScheme = /^dpop( +|$)/i

/** Whether the request has credentials of the scheme DPoP. Beside others, they are all malformed together. */
export function hasDpopScheme(request: GuardRequest): boolean {
  const value = request.header('authorization')
  if (value === undefined) return false
  return typeof value === 'string' ? dpopScheme.test(value) : value.some((line) => dpopScheme.test(line))
}

/**
 * The same request with `Bearer` in place of `DPoP`, for the guard to find the token as it finds any: it refuses one in two places, and
 * two of them.
 */
export function asBearer(request: GuardRequest): GuardRequest {
  const { method, url, body } = request
  const rename = (line: string): string => line.replace(dpopScheme, 'Bearer$1')
  return {
    method,
    url,
    body,
    header(name) {
      const value = request.header(name)
      if (name !== 'authorization' || value === undefined) return value
      return typeof value === 'string' ? rename(value) : value.map(rename)
    },
  }
}
