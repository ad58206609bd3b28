import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import type { FeedSource } from './feed/feed-source.ts'
import { openFeed } from './feed/open-feed.ts'
import type { Guard } from './guard.ts'
import type { GuardOptions } from './guard-options.ts'
import { followKeySet } from './keys/follow-key-set.ts'
import { holdKeys, type KeySource } from './keys/key-source.ts'
import { type GuardSettings, parseOptions } from './parse-options.ts'
import { TokenGuard } from './token-guard.ts'
import { TokenSignals } from './token-signals.ts'
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
  const { policy, keySet, keyAlgorithms, fetch, log, cacheSize, clock } = settings
  const tokens = new VerifiedTokens<Claims>(cacheSize)
  const keys =
    keySet === undefined
      ? followKeySet({
          issuer: policy.issuer,
          algorithms: keyAlgorithms,
          fetch,
          log,
          changed: () => tokens.clear(),
          monotonic,
        })
      : holdKeys(keySet)
  const signals = new TokenSignals(clock, policy.leewaySeconds)
  const guard = new TokenGuard(settings, keys, tokens, signals, followLater(settings, keys, signals))
  return options.dpop?.(guard, settings) ?? guard
}

/** Loads what follows the feed, and lets it start. */
function followLater<Claims>(
  { feed: settings, policy: { issuer }, fetch, log, clock }: GuardSettings<Claims>,
  keys: KeySource,
  signals: TokenSignals,
): FeedSource | undefined {
  if (settings === undefined) return undefined
  const changed = signals.examine
  const feed = openFeed(async () => {
    const { followFeed } = await import('./feed/follow-feed.ts')
    return followFeed({ issuer, settings, keys, fetch, log, clock, monotonic, changed })
  })
  signals.findDenial = feed.findDenial
  return feed
}

const monotonic = (): number => performance.now()
