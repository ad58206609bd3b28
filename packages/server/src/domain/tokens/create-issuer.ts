import { type EpochMilliseconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import { parseSecret } from '../../platform/sealing/parse-secret.ts'
import { DEFAULT_LIFETIME_SECONDS, parseApi } from '../apis/parse-api.ts'
import { signJwsWithSecret } from '../keys/sign-jws.ts'
import { ACCESS_TOKEN_TYPE, toAccessTokenClaims } from './access-token-claims.ts'

export interface IssuerOptions {
  /** The `iss` that the guard expects: an https URL, or http on loopback. */
  readonly issuer: string
  /** The `aud` that the guard expects: an absolute URI. */
  readonly audience: string
  /** base64url of 32 bytes or more, as `ostiary secret` prints it. The guard gets the same as `keys: { secret }`. */
  readonly secret: string
  /** 1 to 86,400; default 150. */
  readonly lifetimeSeconds?: number
  /** Default `Date.now`. */
  readonly clock?: () => EpochMilliseconds
}

export interface IssueRequest {
  readonly subject: string
  /** Default: the issuer itself, since RFC 9068 §2.2 requires one. */
  readonly clientId?: string
  readonly scopes?: readonly string[]
  /** What the guard's rules `role` and `permission` ask for. Default: none. */
  readonly roles?: readonly string[]
  readonly permissions?: readonly string[]
}

export interface Issuer {
  /** An access token, RFC 9068 §2, signed with HS256. */
  issue(request: IssueRequest): string
}

/**
 * Issues access tokens in the very process that checks them, without a server: one app, one shared secret.
 *
 * @throws SealingError `malformed_secret` when the secret is not base64url of 32 bytes or more (RFC 7518 §3.2).
 * @throws RangeError for an audience or a lifetime that no API could have.
 */
export function createIssuer(options: IssuerOptions): Issuer {
  const { issuer, audience, lifetimeSeconds = DEFAULT_LIFETIME_SECONDS, clock = Date.now } = options
  const secret = parseSecret(options.secret)
  const parsed = parseApi({ audience, lifetimeSeconds })
  if (!parsed.ok) throw new RangeError(parsed.sentence)
  return {
    issue({ subject, clientId = issuer, scopes = [], ...carried }) {
      const now = clock()
      const expiresAt = toEpochSeconds(now) + lifetimeSeconds
      const claims = toAccessTokenClaims(issuer, { ...carried, audience, expiresAt, subject, clientId, scopes, now })
      return signJwsWithSecret(ACCESS_TOKEN_TYPE, claims, secret)
    },
  }
}
