import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import type { Guard } from './guard.ts'
import type { GuardOptions } from './guard-options.ts'
import { asymmetricAlgorithms } from './jws/algorithm.ts'
import { followKeySet } from './keys/follow-key-set.ts'
import { holdKeys, type KeySource } from './keys/key-source.ts'
import { loadFeed } from './load-feed.ts'
import { type GuardSettings, parseOptions } from './parse-options.ts'
import { followNoFeed, type RevocationSource } from './revocation-source.ts'
import { TokenGuard } from './token-guard.ts'
import { VerifiedTokens } from './verified-tokens.ts'

/**
 * Makes a guard for one API: it accepts the access tokens that one issuer made for one audience.
 *
 * Without the option `keys` it starts to fetch the issuer's metadata and keys at once, and to follow its revocation feed, in the
 * background; requests that come before they are there wait for them. Following keeps a process from ending: `close()` ends it.
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
  const { policy, keySet, cacheSize } = settings
  const tokens = new VerifiedTokens<Claims>(cacheSize)
  const keys =
    keySet === undefined ? follow({ ...settings, ...policy, changed: () => tokens.clear() }) : holdKeys(keySet)
  return new TokenGuard(settings, keys, tokens, openFeed(settings, keys))
}

type ToFollow = Omit<Parameters<typeof followKeySet>[0], 'monotonic'>

function follow({ issuer, algorithms, fetch, log, changed }: ToFollow): KeySource {
  return followKeySet({ issuer, algorithms, fetch, log, changed, monotonic: () => performance.now() })
}

function openFeed<Claims>(settings: GuardSettings<Claims>, keys: KeySource): RevocationSource {
  const { feed, policy, keySet, fetch, log, clock } = settings
  if (feed === undefined) return followNoFeed()
  const { issuer, leewaySeconds } = policy
  // A copy of its own, since heartbeats may be signed with an algorithm that no access token may have.
  const feedKeys =
    keySet === undefined
      ? follow({ issuer, algorithms: asymmetricAlgorithms, fetch, log: () => {}, changed: () => {} })
      : holdKeys({ ...keySet, knownHeaders: new Map() })
  return loadFeed({
    ...feed,
    issuer,
    leewaySeconds,
    fetch,
    log,
    clock,
    monotonic: () => performance.now(),
    keys: feedKeys,
    keyCompromised: () => void keys.renew(),
  })
}
