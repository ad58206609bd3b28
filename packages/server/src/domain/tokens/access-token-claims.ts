import { type EpochMilliseconds, type EpochSeconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import { uuidv7 } from '../../platform/random/random.ts'
import { acrOf } from '../assurance/acr.ts'

/** RFC 9068 §2.1 */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

export interface AccessTokenContent {
  readonly audience: string
  /** When it expires, in seconds of the epoch. */
  readonly expiresAt: EpochSeconds
  readonly subject: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly now: EpochMilliseconds
  /** Absent for tokens that come from no session. */
  readonly sessionId?: string | undefined
  /** When and how the person proved who they are (RFC 8176 names the methods; none where that is not known); absent where no person did. */
  readonly authentication?: { readonly at: EpochMilliseconds; readonly methods: readonly string[] } | undefined
  /** The thumbprint of the key that it is bound to; absent for a bearer token. */
  readonly jkt?: string | undefined
  /** The organization that the subject acts for; absent for none. */
  readonly organizationId?: string | undefined
  /** What the subject may at the audience, sorted; absent or empty where that is not known, or nothing. */
  readonly roles?: readonly string[] | undefined
  readonly permissions?: readonly string[] | undefined
  /** Who acts for the subject; absent where nobody does. */
  readonly actor?: ActorClaim | undefined
}

/** RFC 8693 §4.1: the outermost acts now, through those within. */
export interface ActorClaim {
  readonly sub: string
  /** The actor is an administrator, and the subject has not asked them to act. */
  readonly impersonation?: true
  readonly act?: ActorClaim
}

/** RFC 9068 §2.2, on the wire. */
export interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string
  readonly client_id: string
  readonly iat: EpochSeconds
  readonly exp: EpochSeconds
  readonly jti: string
  /** Absent when there is none: RFC 6749 §3.3 knows no empty scope. */
  readonly scope?: string
  readonly sid?: string
  readonly auth_time?: EpochSeconds
  /** RFC 9470 §6.1 */
  readonly acr?: string
  readonly amr?: readonly string[]
  /** The organization that the subject acts for. */
  readonly org_id?: string
  /** RFC 9068 §2.2.3.1 */
  readonly roles?: readonly string[]
  readonly permissions?: readonly string[]
  readonly act?: ActorClaim
  /** RFC 9449 §6.1 */
  readonly cnf?: { readonly jkt: string }
}

/** The claims of an access token. `jti` is a UUIDv7, so it carries the issuing time in milliseconds. */
export function toAccessTokenClaims(issuer: string, content: AccessTokenContent): AccessTokenClaims {
  const { sessionId, authentication, roles = [], permissions = [], organizationId, actor, jkt } = content
  return {
    iss: issuer,
    sub: content.subject,
    aud: content.audience,
    client_id: content.clientId,
    iat: toEpochSeconds(content.now),
    exp: content.expiresAt,
    jti: uuidv7(content.now),
    ...(content.scopes.length > 0 && { scope: content.scopes.join(' ') }),
    ...(sessionId === undefined ? {} : { sid: sessionId }),
    ...(authentication && { auth_time: toEpochSeconds(authentication.at) }),
    ...(authentication && authentication.methods.length > 0 && provedBy(authentication.methods)),
    ...(organizationId === undefined ? {} : { org_id: organizationId }),
    ...(roles.length > 0 && { roles }),
    ...(permissions.length > 0 && { permissions }),
    ...(actor && { act: actor }),
    ...(jkt === undefined ? {} : { cnf: { jkt } }),
  }
}

function provedBy(methods: readonly string[]): Pick<AccessTokenClaims, 'acr' | 'amr'> {
  const acr = acrOf(methods)
  return { ...(acr && { acr }), amr: methods }
}
