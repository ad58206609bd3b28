import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import { createGuard } from './create-guard.ts'
import type { Guard, Rule } from './guard.ts'
import type { GuardOptions } from './guard-options.ts'

/** What an API is registered with at its issuer. */
export interface ApiDeclaration<Scope extends string, Permission extends string, Role extends string> {
  /** Its name: the claim `aud`. */
  readonly audience: string
  /** Default: none, so that no rule can ask for one. */
  readonly scopes?: readonly Scope[]
  /** Default: none, so that no rule can ask for one. */
  readonly permissions?: readonly Permission[]
  /** Roles are of no API. Default: any. */
  readonly roles?: readonly Role[]
}

export interface DefinedApi<Scope extends string, Permission extends string, Role extends string>
  extends ApiDeclaration<Scope, Permission, Role> {
  /** As `createGuard`, for this API: its rules take no other names than the declared ones. */
  createGuard<Claims extends AccessTokenClaims = AccessTokenClaims>(
    options: Omit<GuardOptions<Claims>, 'audience'>,
  ): Guard<Claims, Rule<Scope, Permission, Role>>
}

/**
 * Declares an API once, so that a rule which asks for a name that is none of it doesn't compile.
 *
 * @example
 * const orders = defineApi({ audience: 'https://api.example.com', permissions: ['orders:refund'] })
 * const guard = orders.createGuard({ issuer: 'https://login.example.com' })
 * app.post('/refunds', tokenRequired(guard, { permission: 'orders:refund' }), refund)
 */
export function defineApi<
  const Scope extends string = never,
  const Permission extends string = never,
  const Role extends string = string,
>(declaration: ApiDeclaration<Scope, Permission, Role>): DefinedApi<Scope, Permission, Role> {
  const { audience } = declaration
  return { ...declaration, createGuard: (options) => createGuard({ ...options, audience }) }
}
