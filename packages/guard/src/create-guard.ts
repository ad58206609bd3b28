import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import type { Guard } from './guard.ts'
import { GuardConfigurationError } from './guard-configuration-error.ts'
import type { GuardOptions } from './guard-options.ts'

/** Makes a guard. */
export function createGuard<Claims extends AccessTokenClaims = AccessTokenClaims>(
  _options: GuardOptions<Claims>,
): Guard<Claims> {
  throw new GuardConfigurationError('not yet')
}
