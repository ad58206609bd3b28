/** Seconds since 1970-01-01T00:00:00Z, ignoring leap seconds. @see RFC 7519 §2, NumericDate */
export type EpochSeconds = number

/** Milliseconds since 1970-01-01T00:00:00Z, as `Date.now()` gives them. */
export type EpochMilliseconds = number

/** Who acts, through those within. */
export interface ActorClaim {
  readonly sub?: string
  /** Of Ostiary: an administrator acts, whom the subject has not asked to. */
  readonly impersonation?: boolean
  readonly act?: ActorClaim
  readonly [member: string]: unknown
}

/** The claims of a JWT access token, after they were verified. @see RFC 9068 §2.2 */
export interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly client_id: string
  readonly iat: EpochSeconds
  readonly exp: EpochSeconds
  readonly jti: string
  /** Scopes, separated by one space each. */
  readonly scope?: string
  /** The session that the token came from. */
  readonly sid?: string
  /** When the person last proved who they are. */
  readonly auth_time?: EpochSeconds
  /** How they did. @see RFC 8176 */
  readonly amr?: readonly string[]
  /** The organization that the subject acts for. */
  readonly org_id?: string
  /** Who acts for the subject. @see RFC 8693 §4.1 */
  readonly act?: ActorClaim
  readonly nbf?: EpochSeconds
  /** The key that the token is bound to, by its thumbprint. @see RFC 9449 §6.1 */
  readonly cnf?: { readonly jkt?: string; readonly [method: string]: unknown }
  readonly [claim: string]: unknown
}
