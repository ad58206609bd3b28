import type { AccessTokenClaims, EpochSeconds } from '../claims/access-token-claims.ts'
import type { Auth } from '../guard.ts'

/** Who calls, in the shape of `AuthInfo` of `@modelcontextprotocol/sdk`. It holds the token in the open: not to be logged. */
export interface AuthInfo<Claims = AccessTokenClaims> {
  readonly token: string
  readonly clientId: string
  readonly scopes: string[]
  readonly expiresAt: EpochSeconds
  /** The MCP server that the token is for. */
  readonly resource: URL
  /** What the guard knows besides: the claims, and a signal that fires when the token is revoked. */
  readonly extra: { readonly auth: Auth<Claims> }
}

export function toAuthInfo<Claims extends AccessTokenClaims>(auth: Auth<Claims>, audience: string): AuthInfo<Claims> {
  const { token, clientId, scopes, claims } = auth
  return { token, clientId, scopes: [...scopes], expiresAt: claims.exp, resource: new URL(audience), extra: { auth } }
}
