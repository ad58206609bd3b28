import { EventEmitter, once } from 'node:events'
import type { AskedToken, FeedSource } from '../src/feed/feed-source.ts'
import type { FeedSettings } from '../src/feed/feed-to-follow.ts'
import { followFeed } from '../src/feed/follow-feed.ts'
import type { FeedState } from '../src/guard.ts'
import type { GuardEvent } from '../src/guard-event.ts'
import { asymmetricAlgorithms } from '../src/jws/algorithm.ts'
import { followKeySet } from '../src/keys/follow-key-set.ts'
import type { KeySource } from '../src/keys/key-source.ts'
import type { FeedIssuer } from './feed-issuer.ts'

/** Two clocks that stand still until a test moves them. */
export class TestClock {
  wallMs = 1_790_000_000_000
  monotonicMs = 1_000

  readonly wall = (): number => this.wallMs
  readonly monotonic = (): number => this.monotonicMs

  advance(milliseconds: number): void {
    this.wallMs += milliseconds
    this.monotonicMs += milliseconds
  }
}

/** A follower of an issuer's feed, with the events that it logged. */
export interface FollowedIssuer extends Disposable {
  readonly feed: FeedSource
  readonly keys: KeySource
  readonly events: GuardEvent[]
  /** Resolves when the condition holds: it is looked at whenever the feed is heard of. */
  until(condition: (state: FeedState) => boolean): Promise<void>
}

const feedSettings: FeedSettings = {
  isRequired: true,
  urls: undefined,
  mode: 'stream',
  pollSeconds: 2,
  onDark: 'refuse',
  coldStart: 'wait',
  file: undefined,
  auditFile: undefined,
  credential: undefined,
  name: undefined,
}

export function followIssuer(
  issuer: FeedIssuer,
  clock: TestClock,
  changes: Partial<FeedSettings> = {},
): FollowedIssuer {
  const heard = new EventEmitter()
  const events: GuardEvent[] = []
  const log = (event: GuardEvent): void => void events.push(event)
  const { monotonic, wall } = clock
  const keys = followKeySet({
    issuer: issuer.url,
    algorithms: asymmetricAlgorithms,
    fetch,
    log,
    changed: () => undefined,
    monotonic,
  })
  const settings = { ...feedSettings, ...changes }
  const changed = (): void => void heard.emit('heard')
  const feed = followFeed({ issuer: issuer.url, settings, keys, fetch, log, clock: wall, monotonic, changed })
  // The state changes by proofs, too, of which nobody is told.
  const watch = setInterval(changed, 2)
  const close = (): void => {
    clearInterval(watch)
    feed.close()
    keys.close()
  }
  const until = async (condition: (state: FeedState) => boolean): Promise<void> => {
    while (!condition(feed.state())) await once(heard, 'heard')
  }
  return { feed, keys, events, until, [Symbol.dispose]: close }
}

/** A token as far as a feed looks at it. */
export function askedToken(claims: Record<string, unknown> = {}, kid = 'feed-key'): AskedToken {
  const good = {
    iss: '',
    sub: 'account-1',
    aud: '',
    client_id: 'tutorial',
    iat: 1_790_000_000,
    exp: 1_790_000_600,
    jti: 'token-1',
  }
  return {
    text: 'header.payload.signature',
    claims: { ...good, sid: 'session-1', ...claims },
    kid,
    deniable: undefined,
    askedVersion: -1,
    denial: undefined,
  }
}
