import type { Refusal } from '../guard.ts'

/** Every reason that a request is refused for. */
export type RefusalCode =
  | 'token_missing'
  | 'token_expired'
  | 'token_invalid'
  | 'insufficient_scope'
  | 'invalid_request'
  | 'keys_unavailable'

interface Answer {
  readonly status: 400 | 401 | 403 | 503
  readonly message: string
  /** RFC 6750 §3.1; undefined where no challenge names an error. */
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
}

/** What callers are told. It never says which check failed. */
export const refusalAnswers: Readonly<Record<RefusalCode, Answer>> = {
  token_missing: { status: 401, message: 'Token is missing' },
  token_expired: { status: 401, message: 'Token has expired', error: 'invalid_token' },
  token_invalid: { status: 401, message: 'Token is invalid', error: 'invalid_token' },
  insufficient_scope: { status: 403, message: 'Token lacks a required scope', error: 'insufficient_scope' },
  invalid_request: {
    status: 400,
    message: 'Token is malformed or sent in more than one place',
    error: 'invalid_request',
  },
  // Not 401: that makes clients throw good tokens away. So there is no challenge either.
  keys_unavailable: { status: 503, message: 'Tokens cannot be checked at the moment' },
}

/**
 * Makes the answer to a refused request. `scope` holds scope words already checked, and `retryAfterSeconds` is for 503.
 *
 * @see RFC 6750 §3
 */
export function makeRefusal(code: RefusalCode, scope?: string, retryAfterSeconds?: number): Refusal {
  const { status, message, error } = refusalAnswers[code]
  const headers: Record<string, string> = {}
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(Math.max(1, Math.ceil(retryAfterSeconds)))
  else headers['WWW-Authenticate'] = renderChallenge(message, error, scope)
  return { status, code, message, headers, body: { error: code, error_description: message } }
}

function renderChallenge(message: string, error: string | undefined, scope: string | undefined): string {
  // RFC 6750 §3.1: no credentials, so no error code; §3: at least one parameter must follow the scheme.
  if (error === undefined) return 'Bearer realm="api"'
  const challenge = `Bearer error="${error}", error_description="${message}"`
  return scope === undefined ? challenge : `${challenge}, scope="${scope}"`
}
