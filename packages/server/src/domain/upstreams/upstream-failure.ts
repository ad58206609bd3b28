import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'

/**
 * Why nothing is known of the person: `denied` is the upstream's own word (RFC 6749 §4.1.2.1), `unavailable` is no answer of it in time,
 * `invalid_answer` is one that is not to be believed. The sentence is for the log.
 */
export interface UpstreamFailure {
  readonly ok: false
  readonly reason: 'denied' | 'unavailable' | 'invalid_answer'
  readonly sentence: string
}

/** What openid-client throws for what others did; whatever else is thrown is a bug, and thrown on. */
export function readUpstreamError(error: unknown): UpstreamFailure {
  if (error instanceof AuthorizationResponseError) return fail('denied', error.error)
  if (error instanceof ResponseBodyError) return fail('invalid_answer', `the token endpoint says ${error.error}`)
  // RFC 6750 §3: it takes back the access token that it has just issued.
  if (error instanceof WWWAuthenticateChallengeError) return fail('invalid_answer', error.message)
  if (error instanceof ClientError) return readClientError(error)
  if (isNetworkError(error)) return fail('unavailable', String(error))
  throw error
}

function readClientError(error: ClientError): UpstreamFailure {
  const cause = error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
  if (error.code === 'OAUTH_TIMEOUT' || error.code === 'OAUTH_ABORT') return fail('unavailable', cause)
  // A status that no answer of the protocol has: it is down, or something before it is.
  const status = error.cause instanceof Response ? error.cause.status : 0
  return status >= 500 ? fail('unavailable', `the status is ${status}`) : fail('invalid_answer', cause)
}

/** Fetch §5.6: a network error is a TypeError with a cause; ours for a body without end is a RangeError. */
function isNetworkError(error: unknown): boolean {
  if (error instanceof DOMException || error instanceof RangeError) return true
  return error instanceof TypeError && error.message === 'fetch failed'
}

function fail(reason: UpstreamFailure['reason'], sentence: string): UpstreamFailure {
  return { ok: false, reason, sentence: sentence.slice(0, 300) }
}
