import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import { deepFreeze } from './claims/deep-freeze.ts'
import type { StandardSchemaV1 } from './claims/standard-schema.ts'
import { GuardConfigurationError } from './guard-configuration-error.ts'
import { type RefusedToken, refuseToken } from './jws/check.ts'
import { quote } from './jws/quote.ts'
import { TokenAuth } from './token-auth.ts'
import type { VerifiedToken } from './verified-tokens.ts'

export type AcceptedClaims<Claims> = { readonly ok: true; readonly claims: Claims } | RefusedToken

/** Asks the schema about verified claims; without one they are as RFC 9068 has them. */
export function acceptClaims<Claims>(
  claims: AccessTokenClaims,
  schema: StandardSchemaV1<unknown, Claims> | undefined,
): AcceptedClaims<Claims> {
  // Without a schema nobody can have asked for more than the default type, but by an assertion of his own.
  if (schema === undefined) return { ok: true, claims: claims as unknown as Claims }
  const result = schema['~standard'].validate(claims)
  if (result instanceof Promise) throw new GuardConfigurationError('claims must validate synchronously')
  if (result.issues === undefined) return { ok: true, claims: result.value }
  return refuseToken('schema', 'claims that fit the schema', quote(result.issues))
}

/** Makes what all requests with this token share, until it expires. It is frozen, since it is shared. */
export function rememberToken<Claims>(
  token: string,
  verified: AccessTokenClaims,
  claims: Claims,
  leewaySeconds: number,
): VerifiedToken<Claims> {
  deepFreeze(claims)
  const auth = Object.freeze(new TokenAuth(token, claims, verified))
  return {
    ok: true,
    outcome: Object.freeze({ kind: 'authenticated', auth }),
    validFrom: (Math.max(verified.iat, verified.nbf ?? 0) - leewaySeconds) * 1000,
    validUntil: (verified.exp + leewaySeconds) * 1000,
    isUsed: false,
  }
}
