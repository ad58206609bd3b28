/** An access token on the wire, RFC 6749 §5.1. `session_id` is the `sid` of the token. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope: string
  readonly session_id: string
}
