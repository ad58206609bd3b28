import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import type { StandardSchemaV1 } from './claims/standard-schema.ts'
import { GuardConfigurationError } from './guard-configuration-error.ts'
import { type RefusedToken, refuseToken } from './jws/check.ts'
import { quote } from './jws/quote.ts'

export type AcceptedClaims<Claims> = { readonly ok: true; readonly claims: Claims } | RefusedToken

/** Asks the schema about verified claims; without one they are as RFC 9068 has them. */
export function acceptClaims<Claims>(
  claims: AccessTokenClaims,
  schema: StandardSchemaV1<unknown, Claims> | undefined,
): AcceptedClaims<Claims> {
  // Without a schema nobody can have asked for more than the default type, but by an assertion of his own.
  if (schema === undefined) return { ok: true, claims: claims as unknown as Claims }
  const result = schema['~standard'].validate(claims)
  // Of another realm or a library it is no instance of ours; and what it has no `issues` of yet must not pass for good.
  if ('then' in result) throw new GuardConfigurationError('claims must validate synchronously')
  if (result.issues === undefined) return { ok: true, claims: result.value }
  return refuseToken('schema', 'claims that fit the schema', quote(result.issues))
}
