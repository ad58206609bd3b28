/** An access token on the wire, RFC 6749 §5.1. `session_id` is the `sid` of the token. */
export interface TokenAnswer {
  readonly access_token: string
  /** RFC 9449 §5: DPoP where it is bound to a key. */
  readonly token_type: 'Bearer' | 'DPoP'
  readonly expires_in: number
  readonly scope: string
  /** Absent where no session of an app was opened or refreshed: for a client that acts for itself, and for what was exchanged. */
  readonly session_id?: string
  /** OpenID Connect Core §3.1.3.3: where `openid` was asked for. */
  readonly id_token?: string
  readonly refresh_token?: string
  /** RFC 8693 §2.2.1: where a token was exchanged. */
  readonly issued_token_type?: string
}

/** What a token is that is bound to this key, or to none. */
export function tokenType(jkt: string | undefined): TokenAnswer['token_type'] {
  return jkt === undefined ? 'Bearer' : 'DPoP'
}
