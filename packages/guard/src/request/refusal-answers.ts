import type { Refusal } from '../guard.ts'

/** Every reason that a request is refused for. */
export type RefusalCode =
  | 'token_missing'
  | 'token_expired'
  | 'token_invalid'
  | 'insufficient_scope'
  | 'insufficient_permission'
  | 'insufficient_user_authentication'
  | 'invalid_request'
  | 'keys_unavailable'
  | 'token_revoked'
  | 'refresh_required'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'feed_unavailable'

interface Answer {
  readonly status: 400 | 401 | 403 | 503
  readonly message: string
  /** What the challenge calls it. Default: `invalid_token` for 401, else the code. */
  readonly error?: string
}

/** What callers are told. It never says which check failed. */
export const refusalAnswers: Readonly<Record<RefusalCode, Answer>> = {
  token_missing: { status: 401, message: 'Token is missing' },
  token_expired: { status: 401, message: 'Token has expired' },
  token_invalid: { status: 401, message: 'Token is invalid' },
  insufficient_scope: { status: 403, message: 'Token lacks a required scope' },
  // RFC 6750 §3.1: whatever lacks is "higher privileges", and the challenge has but this word for them.
  insufficient_permission: { status: 403, message: 'Token lacks a required permission', error: 'insufficient_scope' },
  // RFC 9470 §3: a code of its own, so that no client takes the token for a bad one and refreshes it.
  insufficient_user_authentication: {
    status: 401,
    message: 'Login is too old or too weak',
    error: 'insufficient_user_authentication',
  },
  invalid_request: {
    status: 400,
    message: 'Token is malformed or sent in more than one place',
  },
  // Not 401: that makes clients throw good tokens away. So there is no challenge either.
  keys_unavailable: { status: 503, message: 'Tokens cannot be checked at the moment' },
  token_revoked: { status: 401, message: 'Token has been revoked' },
  refresh_required: { status: 401, message: 'Token must be refreshed' },
  invalid_dpop_proof: { status: 401, message: 'DPoP proof is invalid' },
  use_dpop_nonce: { status: 401, message: 'DPoP proof needs the nonce' },
  feed_unavailable: { status: 503, message: 'Revocations cannot be checked at the moment' },
}

/**
 * Makes the answer to a refused request. What `needs` says goes into the challenge as it is, and `retryAfterSeconds` is for 503.
 *
 * @see RFC 6750 §3
 */
export function createRefusal(code: RefusalCode, needs: Refusal['needs'] = {}, retryAfterSeconds?: number): Refusal {
  const { status, message } = refusalAnswers[code]
  const headers: Record<string, string> = {}
  if (retryAfterSeconds === undefined) headers['WWW-Authenticate'] = renderChallenge(code, needs)
  else headers['Retry-After'] = String(Math.ceil(retryAfterSeconds))
  return { status, code, message, needs, headers, body: { error: code, error_description: message } }
}

function renderChallenge(code: RefusalCode, needs: Refusal['needs']): string {
  // RFC 6750 §3.1: no credentials, so no error code; §3: at least one parameter must follow the scheme.
  if (code === 'token_missing') return 'Bearer realm="api"'
  const { status, message, error = status === 401 ? 'invalid_token' : code } = refusalAnswers[code]
  // RFC 6750 §3: other parameters than its own may follow.
  const parameters = Object.entries({ error, error_description: message, ...needs })
  return `Bearer ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`
}
