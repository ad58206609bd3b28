/** What an API asks of a login before it takes a request. */
export interface NeededLogin {
  /** Any of these is enough, best first: `acr_values` of an authorization request. Empty: none in particular. */
  readonly acrValues: readonly string[]
  /** How long ago the person may have signed in: `max_age` of an authorization request. Absent: at any time. */
  readonly maxAgeSeconds: number | undefined
}

/**
 * Reads what an API asks for with 401 `insufficient_user_authentication`; undefined for any other answer, and from another origin that
 * does not expose `WWW-Authenticate`.
 *
 * @see RFC 9470 §3
 */
export function readStepUp({ status, headers }: Pick<Response, 'status' | 'headers'>): NeededLogin | undefined {
  const challenge = headers.get('www-authenticate') ?? ''
  if (status !== 401 || !/\berror="?insufficient_user_authentication\b/.test(challenge)) return undefined
  const [, maxAge] = /\bmax_age="?(\d+)/.exec(challenge) ?? []
  const [, acrValues = ''] = /\bacr_values="([^"]*)"/.exec(challenge) ?? []
  return {
    acrValues: acrValues.split(' ').filter(Boolean),
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
  }
}
