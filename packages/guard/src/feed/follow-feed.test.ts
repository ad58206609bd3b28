import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type ServedFeed, serveFeed } from '../../testing/serve-feed.ts'
import { signParts } from '../../testing/signing-keys.ts'
import type { AccessTokenClaims } from '../claims/access-token-claims.ts'
import type { GuardEvent } from '../guard-event.ts'
import type { FeedOptions } from '../guard-options.ts'
import { asymmetricAlgorithms } from '../jws/algorithm.ts'
import { followKeySet } from '../keys/follow-key-set.ts'
import { parseOptions } from '../parse-options.ts'
import type { RevocationSource } from '../revocation-source.ts'
import { toVerifiedToken, type VerifiedToken } from '../to-verified-token.ts'
import { TokenGuard } from '../token-guard.ts'
import { TokenSignals } from '../token-signals.ts'
import { VerifiedTokens } from '../verified-tokens.ts'
import { followFeed } from './follow-feed.ts'

const later = 4_000_000_000

interface Followed {
  readonly feed: RevocationSource
  readonly events: GuardEvent[]
  /** Moves the guard's monotonic clock. */
  readonly elapse: (milliseconds: number) => void
  readonly renewals: () => number
}

const opened: RevocationSource[] = []
afterEach(() => {
  for (const feed of opened.splice(0)) feed.close()
})

function follow(served: ServedFeed, options: FeedOptions & { readonly isRequired?: boolean } = {}): Followed {
  const events: GuardEvent[] = []
  let elapsed = 0
  let renewals = 0
  const monotonic = (): number => performance.now() + elapsed
  const common = { issuer: served.url, fetch, log: (event: GuardEvent) => void events.push(event), monotonic }
  const feed = followFeed({
    isRequired: false,
    ...options,
    ...common,
    leewaySeconds: 15,
    clock: () => served.now(),
    keys: followKeySet({ ...common, log: () => {}, algorithms: asymmetricAlgorithms, changed: () => {} }),
    keyCompromised: () => {
      renewals += 1
    },
  })
  opened.push(feed)
  const elapse = (milliseconds: number): void => {
    elapsed += milliseconds
  }
  return { feed, events, elapse, renewals: () => renewals }
}

function makeToken(claims: Partial<AccessTokenClaims> = {}, kid = 'token-key'): VerifiedToken<unknown> {
  const whole: AccessTokenClaims = {
    iss: 'https://login.example.com',
    sub: 'account-1',
    aud: 'https://api.example.com',
    client_id: 'client-1',
    iat: 1_700_000_000,
    exp: later,
    jti: 'token-1',
    sid: 'session-1',
    ...claims,
  }
  const noSignal = () => new AbortController().signal
  return toVerifiedToken('header.payload.signature', { ok: true, claims: whole, kid }, whole, 15, noSignal)
}

/** Waits for what the other end of a connection does; fails the test when it doesn't. */
async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 8_000
  while (!condition()) {
    if (performance.now() > end) throw new Error('it has not come to that')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

async function untilLive({ feed }: Followed): Promise<void> {
  await feed.awaited()
  await until(() => feed.state().state === 'live')
}

describe('revocation-feed, "Records"', () => {
  const issued = 1_700_000_000_123
  // RFC 9562 §5.7: the first 48 bits are the millisecond.
  const hex = issued.toString(16).padStart(12, '0')
  const jti = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000001`
  const token = makeToken({ jti, iat: Math.floor(issued / 1000) }, 'key-1')

  test.each([
    ['a session', { k: 's', id: 'session-1', x: later }, 'token_revoked'],
    ['another session', { k: 's', id: 'session-2', x: later }, undefined],
    ['one token', { k: 'j', id: jti, x: later }, 'token_revoked'],
    ['another token', { k: 'j', id: 'token-2', x: later }, undefined],
    ['an account up to that millisecond', { k: 'u', id: 'account-1', t: issued, x: later }, 'token_revoked'],
    ['an account up to the millisecond before', { k: 'u', id: 'account-1', t: issued - 1, x: later }, undefined],
    ['a client', { k: 'c', id: 'client-1', t: issued, x: later }, 'token_revoked'],
    ['a client before', { k: 'c', id: 'client-1', t: issued - 1, x: later }, undefined],
    ['everything', { k: 'a', t: issued, x: later }, 'token_revoked'],
    ['everything before', { k: 'a', t: issued - 1, x: later }, undefined],
    ['the claims of a session', { k: 'r', id: 'session-1', t: issued, x: later }, 'refresh_required'],
    ['the claims of a session before', { k: 'r', id: 'session-1', t: issued - 1, x: later }, undefined],
    ['the signing key', { k: 'k', id: 'key-1', x: later }, 'token_revoked'],
    ['another signing key', { k: 'k', id: 'key-2', x: later }, undefined],
    ['a kind of a later version', { k: 'z', id: 'session-1', x: later }, undefined],
  ] as const)('%s: the token is %o → %s', async (_, entry, expected) => {
    await using served = await serveFeed()
    const followed = follow(served)
    await untilLive(followed)
    expect(followed.feed.judge(token, false)).toBe(undefined)
    served.revoke(entry)
    await until(() => followed.feed.state().sequence === 1)
    expect(followed.feed.judge(token, false)).toBe(expected)
  })

  test('a compromised key makes both copies of the key set be fetched at once', async () => {
    await using served = await serveFeed()
    const followed = follow(served)
    await untilLive(followed)
    const before = served.asked.filter((path) => path === '/jwks').length
    served.revoke({ k: 'k', id: 'key-1', x: later })
    await until(() => served.asked.filter((path) => path === '/jwks').length > before)
    expect(followed.renewals()).toBe(1)
  })

  test('a record is kept until the clock has passed its end, and not longer', async () => {
    await using served = await serveFeed()
    let now = Date.now()
    served.now = () => now
    const followed = follow(served)
    await untilLive(followed)
    served.revoke({ k: 's', id: 'session-1', x: Math.floor(now / 1000) + 5 })
    await until(() => followed.feed.state().records === 1)
    now += 4_000
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(followed.feed.state().records).toBe(1)
    now += 2_000
    await until(() => followed.feed.state().records === 0)
  })
})

describe('revocation-feed, "How fresh"', () => {
  test('a proxy that freezes the stream but keeps it open: stale after 3 s, dark after 60 s', async () => {
    await using served = await serveFeed()
    const followed = follow(served)
    await untilLive(followed)
    served.status = (path) => (path.startsWith('/feed') ? 503 : undefined)
    served.deliver = () => {}
    const token = makeToken()
    const ask = (): unknown[] => [followed.feed.judge(token, false), followed.feed.judge(token, true)]
    expect([followed.feed.state().state, ...ask()]).toEqual(['live', undefined, undefined])
    followed.elapse(3_100)
    expect([followed.feed.state().state, ...ask()]).toEqual(['stale', undefined, 'feed_unavailable'])
    followed.elapse(56_000)
    expect([followed.feed.state().state, ...ask()]).toEqual(['stale', undefined, 'feed_unavailable'])
    followed.elapse(1_500)
    expect([followed.feed.state().state, ...ask()]).toEqual(['dark', 'feed_unavailable', 'feed_unavailable'])
    await until(() => followed.events.some(({ type }) => type === 'feed_dark'))
  })

  test('in the dark a revoked token stays revoked, and others pass where that was chosen', async () => {
    await using served = await serveFeed()
    const followed = follow(served, { onDark: 'accept-until-expiry' })
    await untilLive(followed)
    served.revoke({ k: 's', id: 'session-1', x: later })
    await until(() => followed.feed.state().records === 1)
    served.status = (path) => (path.startsWith('/feed') ? 503 : undefined)
    served.cut()
    followed.elapse(100_000)
    expect(followed.feed.state().state).toBe('dark')
    expect(followed.feed.judge(makeToken(), false)).toBe('token_revoked')
    expect(followed.feed.judge(makeToken({ sid: 'session-2' }), false)).toBe(undefined)
    expect(followed.feed.judge(makeToken({ sid: 'session-2' }), true)).toBe('feed_unavailable')
  })

  test('a heartbeat that was delayed proves no more than when it was signed', async () => {
    await using served = await serveFeed()
    let late = 0
    served.now = () => Date.now() - late
    const followed = follow(served)
    await untilLive(followed)
    followed.elapse(10_000)
    late = -4_000
    served.beat()
    await until(() => (followed.feed.state().ageSeconds ?? 99) < 7)
    expect(followed.feed.state().state).toBe('stale')
  })

  test('a heartbeat of long ago, as a recorded stream has it, is none', async () => {
    await using served = await serveFeed()
    const { now } = served
    let shift = 0
    served.now = () => now()
    const recorded = served.signPosition
    served.signPosition = (type, changes) =>
      recorded.call(served, type, { ...changes, iat: (Date.now() - shift) / 1000 })
    shift = 30_000
    const followed = follow(served)
    await until(() => followed.events.some(({ type }) => type === 'feed_failed'))
    expect(followed.feed.state()).toMatchObject({
      state: 'starting',
      lastError: expect.stringContaining('off this clock'),
    })
  })

  test('the same heartbeat again proves nothing', async () => {
    await using served = await serveFeed()
    const moment = Date.now()
    served.now = () => moment
    const followed = follow(served)
    await untilLive(followed)
    followed.elapse(2_000)
    served.beat()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(followed.feed.state().ageSeconds).toBeGreaterThan(2)
  })
})

describe('revocation-feed, "Heartbeats"', () => {
  test.each([
    ['of another type', { typ: 'at+jwt' }, {}],
    ['of another issuer', {}, { iss: 'https://other.example.com' }],
    ['without a feed id', {}, { fid: undefined }],
    ['with half a chain', {}, { h: 'abc' }],
    ['with a negative number', {}, { seq: -1 }],
  ])('one %s is refused, and said in the state', async (_, { typ }: { typ?: string }, changes) => {
    await using served = await serveFeed()
    const sign = served.signPosition
    served.signPosition = (type, others) => sign.call(served, typ ?? type, { ...others, ...changes })
    const followed = follow(served)
    await until(() => followed.events.some(({ type }) => type === 'feed_failed'))
    expect(followed.feed.state()).toMatchObject({ state: 'starting', lastError: expect.stringContaining('refused') })
  })

  test('one that another key signed is refused', async () => {
    await using served = await serveFeed()
    const forged = { ...served.key, sign: () => Buffer.alloc(64, 1) }
    served.signPosition = () =>
      signParts({ typ: 'feed-heartbeat+jwt', alg: 'ES256', kid: served.key.kid }, { iss: served.url }, forged)
    const followed = follow(served)
    await until(() => followed.events.some(({ type }) => type === 'feed_failed'))
    expect(followed.feed.state().lastError).toContain('signature')
  })

  test('RFC 8725 §3.11: neither is a heartbeat an access token, nor an access token a heartbeat, once its header is known', async () => {
    await using served = await serveFeed()
    const settings = parseOptions<AccessTokenClaims>({ issuer: served.url, audience: 'https://api.example.com' })
    const keys = followKeySet({
      ...settings,
      ...settings.policy,
      changed: () => {},
      monotonic: () => performance.now(),
    })
    const followed = follow(served)
    await untilLive(followed)
    const guard = new TokenGuard(settings, keys, new VerifiedTokens<AccessTokenClaims>(10), followed.feed)
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: served.url,
      sub: 'a',
      aud: 'https://api.example.com',
      client_id: 'c',
      iat: now,
      exp: now + 60,
      jti: 'j',
    }
    const sign = (typ: string): string => signParts({ typ, alg: 'ES256', kid: served.key.kid }, claims, served.key)
    await expect(guard.verify(sign('at+jwt'))).resolves.toMatchObject({ sub: 'a' })
    await expect(guard.verify(sign('feed-heartbeat+jwt'))).rejects.toMatchObject({ reason: { check: 'type' } })
    served.signPosition = () => sign('at+jwt')
    served.beat()
    await until(() => followed.events.some(({ type }) => type === 'feed_failed'))
    expect(followed.feed.state().lastError).toContain('type')
  })
})

describe('revocation-feed, "What a guard does"', () => {
  test('a proxy that removes one record is found out by the next heartbeat, and the record is read from the log', async () => {
    await using served = await serveFeed()
    const followed = follow(served)
    await untilLive(followed)
    served.deliver = (send, { kind }) => kind === 'heartbeat' && send()
    served.revoke({ k: 's', id: 'session-1', x: later })
    served.deliver = (send) => send()
    expect(followed.feed.judge(makeToken(), false)).toBe(undefined)
    served.beat()
    await until(() => followed.feed.judge(makeToken(), false) === 'token_revoked')
    expect(served.asked).toContain('/feed/log')
  })

  test('a record that somebody has changed raises an alarm; nothing is forgotten, and the snapshot counts', async () => {
    await using served = await serveFeed()
    const followed = follow(served)
    await untilLive(followed)
    served.revoke({ k: 's', id: 'session-9', x: later })
    await until(() => followed.feed.state().sequence === 1)
    ;(served.lines as string[])[0] = '{"n":1,"k":"s","i":"another","x":4000000000}'
    served.beat()
    await until(() => followed.events.some(({ type }) => type === 'feed_alarm'))
    await until(() => served.asked.includes('/feed/snapshot') && followed.feed.state().records === 2)
    expect(followed.feed.judge(makeToken({ sid: 'session-9' }), false)).toBe('token_revoked')
  })

  test('a history that was rewound, as by restoring a backup, takes nothing back', async () => {
    await using served = await serveFeed()
    const followed = follow(served)
    await untilLive(followed)
    served.revoke({ k: 's', id: 'session-1', x: later })
    served.beat()
    await until(() => followed.feed.state().sequence === 1)
    ;(served.lines as string[]).splice(0)
    served.feedId = 'feed-2'
    served.beat()
    await until(() => followed.feed.state().sequence === 0)
    expect(followed.feed.judge(makeToken(), false)).toBe('token_revoked')
    await until(() => followed.feed.state().state === 'live')
  })

  test('auth.signal aborts when its token is revoked, and another token’s does not', async () => {
    await using served = await serveFeed()
    const followed = follow(served)
    await untilLive(followed)
    const signals = new TokenSignals((token) => followed.feed.judge(token, false))
    followed.feed.changed = () => signals.sweep()
    const [ended, other] = [signals.watch(makeToken()), signals.watch(makeToken({ sid: 'session-2' }))]
    served.revoke({ k: 's', id: 'session-1', x: later })
    await until(() => ended.aborted)
    expect(ended.reason).toMatchObject({ code: 'token_revoked' })
    expect(other.aborted).toBe(false)
    signals.close()
  })

  test('who was away for longer than the log goes back reads the snapshot', async () => {
    await using served = await serveFeed()
    for (const id of ['session-1', 'session-2']) served.revoke({ k: 's', id, x: later })
    served.forgottenSequence = 2
    const followed = follow(served)
    await untilLive(followed)
    expect(served.asked).toContain('/feed/snapshot')
    expect(followed.feed.judge(makeToken(), false)).toBe('token_revoked')
  })

  test('an issuer without a feed: accepted, and said once; refused where the feed is required', async () => {
    await using served = await serveFeed()
    served.metadata = {}
    const absent = follow(served)
    await absent.feed.awaited()
    expect(absent.feed.state().state).toBe('absent')
    expect(absent.feed.judge(makeToken(), true)).toBe(undefined)
    expect(absent.events.filter(({ type }) => type === 'feed_absent')).toHaveLength(1)
    const required = follow(served, { isRequired: true })
    await required.feed.awaited()
    expect(required.feed.state().state).toBe('absent')
    expect(required.feed.judge(makeToken(), false)).toBe('feed_unavailable')
  })

  test('several URLs: when one does not answer, the next is followed', async () => {
    await using served = await serveFeed()
    const followed = follow(served, { urls: ['http://127.0.0.1:9/feed', `${served.url}/feed`] })
    await untilLive(followed)
    expect(followed.events.some(({ type }) => type === 'feed_failed')).toBe(true)
  })

  test('a guard is never live with a record missing, whatever a proxy drops, repeats, holds back, swaps or cuts', async () => {
    const step = fc.record({ isRevoking: fc.boolean(), isBeating: fc.boolean(), fate: fc.constantFrom(...fates) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await using served = await serveFeed()
        const followed = follow(served)
        await untilLive(followed)
        const proxy = new BadProxy(served)
        const revoked: string[] = []
        for (const { isRevoking, isBeating, fate } of steps) {
          proxy.turn(fate)
          if (isRevoking) {
            revoked.push(`session-${revoked.length}`)
            served.revoke({ k: 's', id: revoked.at(-1) ?? '', x: later })
          }
          if (isBeating) served.beat()
          await new Promise((resolve) => setImmediate(resolve))
          expectRefused(followed.feed, revoked.slice(0, followed.feed.state().sequence))
        }
        proxy.turn('pass')
        await until(() => {
          served.beat()
          return followed.feed.state().sequence === revoked.length
        })
        expectRefused(followed.feed, revoked)
        followed.feed.close()
      }),
      { numRuns: 25, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true },
    )
  })
})

const fates = ['pass', 'drop', 'repeat', 'hold', 'swap', 'cut'] as const

/** What stands between a server and its readers, and does the worst. */
class BadProxy {
  readonly #served: ServedFeed
  readonly #held: (() => void)[] = []
  #fate: (typeof fates)[number] = 'pass'

  constructor(served: ServedFeed) {
    this.#served = served
    served.deliver = (send) => this.#deliver(send)
  }

  turn(fate: (typeof fates)[number]): void {
    this.#fate = fate
    if (fate === 'cut') this.#served.cut()
  }

  #deliver(send: () => void): void {
    if (this.#fate === 'hold') this.#held.push(send)
    if (this.#fate === 'hold' || this.#fate === 'drop') return
    send()
    if (this.#fate === 'repeat') send()
    if (this.#fate === 'swap') for (const held of this.#held.splice(0)) held()
  }
}

/** What a guard has counted is what it knows. */
function expectRefused(feed: RevocationSource, sessions: readonly string[]): void {
  for (const sid of sessions) expect(feed.judge(makeToken({ sid }), false)).toBe('token_revoked')
}
