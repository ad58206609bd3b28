import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FeedIssuer } from '../../testing/feed-issuer.ts'
import { askedToken, followIssuer, TestClock } from '../../testing/follow-issuer.ts'
import { makeSigningKey } from '../../testing/signing-keys.ts'

function alarms(events: readonly { readonly type: string }[]): number {
  return events.filter(({ type }) => type === 'feed_alarm').length
}

describe('following', () => {
  test('the feed’s reference, "What a guard does" 1, 2: live after the first heartbeat, and a record denies at once', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    issuer.revoke('s', 'session-old')
    using followed = followIssuer(issuer, clock)
    expect(followed.feed.state()).toMatchObject({ state: 'starting', sequence: 0, ageSeconds: undefined })
    await followed.until(({ state }) => state === 'live')
    const token = askedToken()
    expect([followed.feed.ask(token, true), followed.feed.ask(askedToken({ sid: 'session-old' }), false)]).toEqual([
      undefined,
      'token_revoked',
    ])
    issuer.revoke('s', 'session-1')
    await followed.until(({ sequence }) => sequence === 2)
    expect(followed.feed.ask(token, false)).toBe('token_revoked')
    expect(followed.feed.state()).toMatchObject({ state: 'live', records: 2, lastError: undefined })
  })

  test('410: the snapshot is read, and then the stream after it', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    for (const name of ['a', 'b', 'c']) issuer.revoke('s', name)
    issuer.forgottenSequence = 2
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    expect(followed.feed.state()).toMatchObject({ sequence: 3, records: 3 })
    const paths = issuer.asked.map(({ path }) => path).filter((path) => path.startsWith('/feed'))
    expect(paths).toEqual(['/feed?after=0', '/feed/snapshot', '/feed?after=3'])
  })

  test('a k record: the keys are fetched anew at once, and tokens of that kid are denied', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    const token = askedToken()
    expect(followed.feed.ask(token, false)).toBeUndefined()
    issuer.keys = [makeSigningKey('EdDSA', 'new-key')]
    issuer.revoke('k', 'feed-key')
    await followed.until(({ sequence }) => sequence === 1)
    expect(followed.feed.ask(token, false)).toBe('token_revoked')
    await followed.until(() => followed.keys.current()?.byKid.has('new-key') === true)
    clock.advance(1_000)
    issuer.beat()
    await followed.until(({ ageSeconds }) => ageSeconds === 0)
  })

  test('an issuer without a feed is not followed, and this is said once; unless a feed is required', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    issuer.hasFeed = false
    using followed = followIssuer(issuer, clock, { isRequired: false })
    await followed.until(({ state }) => state === 'absent')
    expect(followed.feed.ask(askedToken(), true)).toBeUndefined()
    expect(followed.events.filter(({ type }) => type === 'feed_absent')).toHaveLength(1)
    using required = followIssuer(issuer, clock)
    await required.until(({ lastError }) => lastError?.includes('revocation_feed_endpoint') === true)
    expect(required.feed.state().state).toBe('starting')
  })

  test('another url takes over when one fails', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock, { urls: [`${issuer.url}/elsewhere`, `${issuer.url}/feed`] })
    await followed.until(({ state }) => state === 'live')
    expect(followed.events.some(({ type }) => type === 'feed_failed')).toBe(true)
  })
})

describe('how fresh', () => {
  test('a proxy that freezes the stream but keeps TCP open: stale after 3 s, dark after 60 s, and live again', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    issuer.isFrozen = true
    issuer.beat()
    const seen: unknown[] = []
    for (const milliseconds of [3_000, 1, 56_999, 1]) {
      clock.advance(milliseconds)
      seen.push([
        followed.feed.state().state,
        await followed.feed.ask(askedToken(), false),
        await followed.feed.ask(askedToken(), true),
      ])
    }
    expect(seen).toEqual([
      ['live', undefined, undefined],
      ['stale', undefined, 'feed_unavailable'],
      ['stale', undefined, 'feed_unavailable'],
      ['dark', 'feed_unavailable', 'feed_unavailable'],
    ])
    issuer.isFrozen = false
    issuer.restart()
    await followed.until(({ state }) => state === 'live')
    expect(followed.feed.ask(askedToken(), true)).toBeUndefined()
    expect(followed.events.map(({ type }) => type)).toContain('feed_live')
  })

  test('a heartbeat proves no more than when it was made, however late it comes', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    clock.advance(1_000)
    const late = issuer.heartbeat()
    clock.advance(1_500)
    issuer.beat(late)
    await followed.until(({ ageSeconds }) => (ageSeconds ?? 9) < 2)
    expect(followed.feed.state().ageSeconds).toBeCloseTo(1.5, 2)
  })

  test.each([
    ['refuse', 'feed_unavailable'],
    ['introspect', undefined],
    ['accept-until-expiry', undefined],
  ] as const)('onDark %s: dark is answered %s, and what is known to be revoked stays so', async (onDark, answer) => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    const credential = { clientId: 'a b', clientSecret: 's:cret' }
    issuer.revoke('s', 'session-9')
    using followed = followIssuer(issuer, clock, { onDark, credential })
    await followed.until(({ state }) => state === 'live')
    issuer.status = 500
    issuer.restart()
    clock.advance(60_001)
    expect(await followed.feed.ask(askedToken(), false)).toBe(answer)
    expect(await followed.feed.ask(askedToken({ sid: 'session-9' }), false)).toBe('token_revoked')
    if (onDark !== 'introspect') return
    const asked = issuer.asked.find(({ path }) => path === '/introspect')
    // RFC 6749 §2.3.1: form-encoded, then joined.
    expect(asked?.authorization).toBe(`Basic ${Buffer.from('a+b:s%3Acret').toString('base64')}`)
    expect(asked?.body).toBe('token=header.payload.signature&token_type_hint=access_token')
    issuer.active = false
    expect(await followed.feed.ask(askedToken(), true)).toBe('token_revoked')
  })

  test('what was applied and proved is acknowledged', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    const credential = { clientId: 'orders', clientSecret: 'secret' }
    using followed = followIssuer(issuer, clock, { credential, name: 'orders-1' })
    await followed.until(({ state }) => state === 'live')
    issuer.revoke('s', 'x')
    issuer.beat()
    await followed.until(() => issuer.asked.some(({ body }) => body === '{"guard":"orders-1","seq":1}'))
  })
})

describe('somebody between', () => {
  test('a record that is taken out is found at the next heartbeat, and read from the log', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    issuer.meddle = (event) => (event.includes('"n":1,') ? 'drop' : 'pass')
    issuer.revoke('s', 'session-1')
    issuer.beat()
    await followed.until(({ sequence }) => sequence === 1)
    expect(followed.feed.ask(askedToken(), false)).toBe('token_revoked')
    expect(issuer.asked.map(({ path }) => path)).toContain('/feed/log?after=0')
  })

  test('a record that is changed: alarm at the next heartbeat, all records stay, and the snapshot is read', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    const before = followed.feed.state().ageSeconds
    issuer.send('data: {"n":1,"k":"s","i":"AAAAAAAAAAAAAAAAAAAAAA","x":1790001000}\n\n')
    await followed.until(({ sequence }) => sequence === 1)
    issuer.meddle = () => 'drop'
    issuer.revoke('s', 'session-1')
    issuer.meddle = () => 'pass'
    issuer.beat()
    await followed.until(({ records }) => records === 2)
    expect([alarms(followed.events), before]).toEqual([1, 0])
    expect(followed.feed.ask(askedToken(), false)).toBe('token_revoked')
  })

  test('a history that went back: the union of both, the last heartbeat is handed in, and then the new one is followed', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    issuer.revoke('s', 'session-1')
    const last = issuer.heartbeat()
    issuer.beat(last)
    clock.advance(10)
    await followed.until(({ ageSeconds, sequence }) => sequence === 1 && (ageSeconds ?? 1) < 0.1)
    issuer.rewind(0)
    issuer.meddle = () => 'drop'
    issuer.revoke('s', 'session-2')
    issuer.feedId = 'feed-2'
    issuer.meddle = () => 'pass'
    clock.advance(1_000)
    issuer.beat()
    await followed.until(({ records, ageSeconds }) => records === 2 && (ageSeconds ?? 1) < 0.5)
    expect(['session-1', 'session-2', 'session-3'].map((sid) => followed.feed.ask(askedToken({ sid }), false))).toEqual(
      ['token_revoked', 'token_revoked', undefined],
    )
    expect(issuer.asked.find(({ path }) => path === '/feed/rewound')?.body).toBe(JSON.stringify({ heartbeat: last }))
    expect(alarms(followed.events)).toBe(1)
  })

  test('a backup that was restored while the server was away: handed in as well, and the union is kept', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    issuer.revoke('s', 'session-1')
    const last = issuer.heartbeat()
    clock.advance(1_000)
    issuer.beat(last)
    issuer.revoke('s', 'session-2')
    await followed.until(({ sequence }) => sequence === 2)
    issuer.rewind(0)
    clock.advance(1_000)
    issuer.restart()
    await followed.until(({ sequence, ageSeconds }) => sequence === 0 && (ageSeconds ?? 1) < 0.5)
    const rewound = issuer.asked.filter(({ path }) => path === '/feed/rewound')
    expect(rewound.map(({ body }) => body)).toEqual([JSON.stringify({ heartbeat: last })])
    expect(followed.feed.ask(askedToken({ sid: 'session-2' }), false)).toBe('token_revoked')
    expect(alarms(followed.events)).toBe(1)
  })

  test.each([
    ['is answered 503 is handed in again, once the new history is followed', 503, 2],
    ['is refused for good is not handed in again', 400, 1],
  ])('the last heartbeat of a lost history that %s', async (_title, status, times) => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    issuer.revoke('s', 'session-1')
    clock.advance(1_000)
    const last = issuer.heartbeat()
    issuer.beat(last)
    await followed.until(({ sequence, ageSeconds }) => sequence === 1 && (ageSeconds ?? 1) < 0.5)
    const handedIn = () => issuer.asked.filter(({ path }) => path === '/feed/rewound').map(({ body }) => body)
    issuer.rewoundStatus = status
    issuer.rewind(0)
    clock.advance(1_000)
    issuer.restart()
    await followed.until(({ sequence, ageSeconds }) => sequence === 0 && (ageSeconds ?? 1) < 0.5)
    issuer.rewoundStatus = 204
    for (let beats = 0; beats < 3; beats += 1) {
      clock.advance(1_000)
      issuer.beat()
      await followed.until(({ ageSeconds }) => (ageSeconds ?? 1) < 0.5)
    }
    expect(handedIn()).toEqual(Array.from({ length: times }, () => JSON.stringify({ heartbeat: last })))
    expect(alarms(followed.events)).toBe(1)
  })

  test('old heartbeats that come again prove nothing, and are no other history', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    const old = issuer.heartbeat()
    issuer.beat(old)
    issuer.revoke('s', 'x')
    issuer.beat()
    // Events are taken in order: with this one the heartbeat has been taken too.
    issuer.revoke('s', 'behind it')
    await followed.until(({ sequence }) => sequence === 2)
    clock.advance(3_001)
    for (let i = 0; i < 5; i += 1) issuer.beat(old)
    issuer.revoke('s', 'y')
    await followed.until(({ sequence }) => sequence === 3)
    expect([followed.feed.state().state, alarms(followed.events)]).toEqual(['stale', 0])
    await followed.until(({ state }) => state === 'live')
    expect(issuer.asked.filter(({ path }) => path.startsWith('/feed?'))).toHaveLength(2)
  })

  test('another instance whose clock is a little behind is followed as soon as it has come to the last heartbeat', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    issuer.behindSeconds = 0.4
    issuer.restart()
    await followed.until(() => issuer.asked.filter(({ path }) => path.startsWith('/feed?')).length === 2)
    clock.advance(1_000)
    expect(followed.feed.state().ageSeconds).toBe(1)
    issuer.beat()
    await followed.until(({ ageSeconds }) => (ageSeconds ?? 1) < 0.5)
    expect(issuer.asked.filter(({ path }) => path.startsWith('/feed?'))).toHaveLength(2)
  })

  const forgeries: readonly [title: string, forge: (issuer: FeedIssuer) => string][] = [
    ['another key', (issuer) => issuer.heartbeat({}, { kid: 'feed-key' }, makeSigningKey('ES256', 'feed-key'))],
    ['a kid that no key has', (issuer) => issuer.heartbeat({}, { kid: 'other' })],
    ['another issuer', (issuer) => issuer.heartbeat({ iss: 'https://other.example.com' })],
    ['the type of an access token', (issuer) => issuer.heartbeat({}, { typ: 'at+jwt' })],
    ['the type of a snapshot', (issuer) => issuer.heartbeat({}, { typ: 'feed-snapshot+jwt' })],
    ['no algorithm', (issuer) => issuer.heartbeat({}, { alg: 'none' })],
    ['a chain that is none', (issuer) => issuer.heartbeat({ h: 'x' })],
    ['a time that is text', (issuer) => issuer.heartbeat({ iat: 'now' })],
    ['no signature at all', () => 'x'],
  ]
  test.each(forgeries)('a heartbeat with %s proves nothing, and ends the stream', async (_title, forge) => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    clock.advance(2_000)
    issuer.status = 500
    issuer.beat(forge(issuer))
    await followed.until(({ lastError }) => lastError !== undefined)
    expect(followed.feed.state().ageSeconds).toBe(2)
  })

  test.each([-21, 21])('a heartbeat %i s from the wall clock proves nothing', async (seconds) => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    clock.advance(22_000)
    issuer.beat(issuer.heartbeat({ iat: clock.wallMs / 1000 + seconds }))
    issuer.revoke('s', 'x')
    await followed.until(({ sequence }) => sequence === 1)
    expect(followed.feed.state().ageSeconds).toBeGreaterThan(20)
  })
})

describe('cold start', () => {
  test('wait: requests wait for the first proof, and get it', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    issuer.revoke('s', 'session-1')
    using followed = followIssuer(issuer, clock)
    const answers = [askedToken(), askedToken({ sid: 'other' })].map((token) => followed.feed.ask(token, false))
    expect(answers[0]).toBeInstanceOf(Promise)
    expect(await Promise.all(answers)).toEqual(['token_revoked', undefined])
  })

  test('wait: no longer than 5 s from the start, then 503; accept: served meanwhile', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    issuer.status = 503
    using waiting = followIssuer(issuer, clock)
    using accepting = followIssuer(issuer, clock, { coldStart: 'accept' })
    expect(await accepting.feed.ask(askedToken(), false)).toBeUndefined()
    clock.advance(5_000)
    expect(await waiting.feed.ask(askedToken(), false)).toBe('feed_unavailable')
    expect(await accepting.feed.ask(askedToken(), true)).toBe('feed_unavailable')
  })
})

describe('cold start from a file', () => {
  const fileCases: readonly [title: string, ageMs: number, answer: 'feed_unavailable' | undefined][] = [
    ['young', 59_000, undefined],
    ['too old', 61_000, 'feed_unavailable'],
  ]
  test.each(fileCases)('a signed snapshot that is %s is answered by its age', async (_title, ageMs, answer) => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    issuer.revoke('s', 'session-1')
    const folder = await mkdtemp(join(tmpdir(), 'feed-'))
    const file = join(folder, 'snapshot')
    await writeFile(file, issuer.snapshot())
    clock.advance(ageMs)
    issuer.status = 503
    using followed = followIssuer(issuer, clock, { coldStart: 'file', file })
    await followed.until(({ records }) => records === 1)
    expect(await followed.feed.ask(askedToken(), false)).toBe('token_revoked')
    if (answer !== undefined) clock.advance(5_000)
    expect(await followed.feed.ask(askedToken({ sid: 'x' }), false)).toBe(answer)
    await rm(folder, { recursive: true })
  })

  test('the file is written while live, and somebody else’s is not believed', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    await using stranger = await FeedIssuer.start(clock.wall)
    stranger.revoke('s', 'session-1')
    const folder = await mkdtemp(join(tmpdir(), 'feed-'))
    const file = join(folder, 'snapshot')
    await writeFile(file, stranger.snapshot())
    using followed = followIssuer(issuer, clock, { coldStart: 'file', file })
    await followed.until(({ state }) => state === 'live')
    expect(followed.feed.state().records).toBe(0)
    await followed.until(() => issuer.asked.some(({ path }) => path === '/feed/snapshot'))
    await rm(folder, { recursive: true })
  })
})

describe('without a stream', () => {
  test('no place for another stream: the log is asked in its place', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    issuer.streamStatus = 503
    issuer.revoke('s', 'session-1')
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    expect(followed.feed.ask(askedToken(), false)).toBe('token_revoked')
  })

  test('a first heartbeat that isn’t bound to the request proves nothing: somebody may have kept it', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    issuer.bindsNonce = false
    issuer.revoke('s', 'session-1')
    using followed = followIssuer(issuer, clock)
    await followed.until(({ sequence }) => sequence === 1)
    issuer.beat()
    issuer.revoke('s', 'behind it')
    await followed.until(({ sequence }) => sequence === 2)
    expect(followed.feed.state()).toMatchObject({ state: 'starting', ageSeconds: undefined })
  })

  test.each([
    ['that denies for years', { x: 9e12 }],
    ['of days to come', { t: 9e14 }],
  ])('a record %s is nobody’s', async (_, members) => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ state }) => state === 'live')
    const line = JSON.stringify({ n: 1, k: 'a', t: clock.wallMs, x: clock.wallMs / 1000 + 60, ...members })
    issuer.send(`data: ${line}\n\n`)
    await followed.until(({ lastError }) => lastError !== undefined)
    await followed.until(({ state }) => state === 'live')
    expect(followed.feed.ask(askedToken(), false)).toBeUndefined()
  })

  test('a stream that something holds back for 5 s: the log is polled in its place', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    issuer.meddle = () => 'drop'
    using followed = followIssuer(issuer, clock)
    await followed.until(() => issuer.streams === 1)
    clock.advance(5_001)
    await followed.until(({ state }) => state === 'live')
    issuer.revoke('s', 'session-1')
    await followed.until(({ sequence }) => sequence === 1)
    expect(issuer.asked.map(({ path }) => path)).toContain('/feed/log?after=0&wait=2')
  })

  test('one request to the log for all who ask within N seconds', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock, { mode: 'poll' })
    const logs = () => issuer.asked.filter(({ path }) => path.startsWith('/feed')).map(({ path }) => path)
    await Promise.all(Array.from({ length: 20 }, () => followed.feed.ask(askedToken(), false)))
    expect(logs()).toEqual(['/feed/log?after=0'])
    clock.advance(2_000)
    expect(followed.feed.ask(askedToken(), true)).toBeUndefined()
    issuer.revoke('s', 'session-1')
    clock.advance(1)
    expect(await followed.feed.ask(askedToken(), false)).toBe('token_revoked')
    expect(logs()).toHaveLength(2)
    issuer.status = 500
    clock.advance(2_001)
    expect(await followed.feed.ask(askedToken({ sid: 'x' }), false)).toBeUndefined()
    clock.advance(60_000)
    expect(await followed.feed.ask(askedToken({ sid: 'x' }), false)).toBe('feed_unavailable')
  })

  test('a route that is strict wants the last seconds, however rarely the log is asked', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    using followed = followIssuer(issuer, clock, { mode: 'poll', pollSeconds: 30 })
    expect(await followed.feed.ask(askedToken(), true)).toBeUndefined()
    issuer.revoke('s', 'session-1')
    clock.advance(3_001)
    expect(followed.feed.ask(askedToken(), false)).toBeUndefined()
    expect(await followed.feed.ask(askedToken(), true)).toBe('token_revoked')
  })

  test('several URLs take turns when one fails', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(clock.wall)
    const urls = [`${issuer.url}/nothing`, `${issuer.url}/feed`]
    using followed = followIssuer(issuer, clock, { mode: 'poll', urls })
    expect(await followed.feed.ask(askedToken(), false)).toBe('feed_unavailable')
    clock.advance(1_001)
    expect(await followed.feed.ask(askedToken(), false)).toBeUndefined()
  })

  test('clocks that differ by more than 20 s are named as the reason', async () => {
    const clock = new TestClock()
    await using issuer = await FeedIssuer.start(() => clock.wall() + 25_000)
    using followed = followIssuer(issuer, clock)
    await followed.until(({ lastError }) => lastError?.includes('clock') === true)
    expect(followed.feed.state()).toMatchObject({ state: 'starting', lastError: expect.stringContaining('25 s') })
  })
})
