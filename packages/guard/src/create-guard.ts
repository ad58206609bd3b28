import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import type { Guard } from './guard.ts'
import type { GuardOptions } from './guard-options.ts'
import { followKeySet } from './keys/follow-key-set.ts'
import { holdKeys } from './keys/key-source.ts'
import { parseOptions } from './parse-options.ts'
import { TokenGuard } from './token-guard.ts'
import { VerifiedTokens } from './verified-tokens.ts'

/**
 * Makes a guard for one API: it accepts the access tokens that one issuer made for one audience.
 *
 * Without the option `keys` it starts to fetch the issuer's metadata and keys at once, in the background; requests that
 * come before they are there wait for them.
 *
 * @throws GuardConfigurationError when an option is wrong.
 * @see RFC 9068, RFC 6750
 * @example
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' })
 */
export function createGuard<Claims extends AccessTokenClaims = AccessTokenClaims>(
  options: GuardOptions<Claims>,
): Guard<Claims> {
  const settings = parseOptions(options)
  const { policy, keySet, fetch, log, cacheSize } = settings
  const tokens = new VerifiedTokens<Claims>(cacheSize)
  const keys =
    keySet === undefined
      ? followKeySet({
          ...policy,
          fetch,
          log,
          changed: () => tokens.clear(),
          monotonic: () => performance.now(),
        })
      : holdKeys(keySet)
  return new TokenGuard(settings, keys, tokens)
}
