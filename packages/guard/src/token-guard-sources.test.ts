import { expect, test } from 'vitest'
import { issuerKey, makeToken } from '../testing/bad-tokens.ts'
import { audience, issuer, nowSeconds } from '../testing/sign-token.ts'
import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import type { FeedAnswer, FeedSource } from './feed/feed-source.ts'
import type { FeedState, GuardRequest, Rule } from './guard.ts'
import type { GuardEvent } from './guard-event.ts'
import type { KeySet } from './jws/key-set.ts'
import { importKeySet } from './keys/import-key-set.ts'
import { holdKeys, type KeySource } from './keys/key-source.ts'
import { parseOptions } from './parse-options.ts'
import { TokenGuard } from './token-guard.ts'
import { TokenSignals } from './token-signals.ts'
import { VerifiedTokens } from './verified-tokens.ts'

const good = makeToken()
const foreign = makeToken({}, { kid: 'later' })
const expired = makeToken({ iat: nowSeconds - 300, exp: nowSeconds - 150 })
const keySet = importKeySet({ keys: [issuerKey.jwk] }, ['ES256']).keySet
const laterKeys = importKeySet({ keys: [{ ...issuerKey.jwk, kid: 'later' }] }, ['ES256']).keySet
const bearer = (token: string): GuardRequest => ({
  method: 'GET',
  url: '/',
  header: (name) => (name === 'authorization' ? `Bearer ${token}` : undefined),
})

interface Given {
  readonly keys?: Partial<KeySource>
  /** What the feed answers; none is followed where it is absent. */
  readonly ask?: FeedSource['ask']
  readonly feedError?: string
}

/** A guard whose keys and feed answer what a test says, and what it did to them. */
function start({ keys, ask, feedError }: Given) {
  const events: GuardEvent[] = []
  const closed: string[] = []
  const feedState: FeedState = { state: 'live', sequence: 7, records: 1, ageSeconds: 1, lastError: feedError }
  const feed: FeedSource | undefined = ask && {
    ask,
    findDenial: () => undefined,
    state: () => feedState,
    close: () => closed.push('feed'),
  }
  const source: KeySource = { ...holdKeys(keySet), close: () => closed.push('keys'), ...keys }
  const options = { issuer, audience, clock: () => nowSeconds * 1000, log: (event: GuardEvent) => events.push(event) }
  const settings = parseOptions<AccessTokenClaims>({ ...options, feed: false })
  const signals = new TokenSignals(settings.clock, settings.policy.leewaySeconds)
  const tokens = new VerifiedTokens<AccessTokenClaims>(10)
  return { guard: new TokenGuard(settings, source, tokens, signals, feed), events, closed, feedState, signals }
}

const denied = (answer: FeedAnswer) => start({ ask: () => answer })

const reasonOf = (got: string) => ({ check: 'revocation', expected: 'no record that concerns it', got })

test.each(['token_revoked', 'refresh_required'] as const)(
  'a token that the feed denies is refused: %s',
  async (code) => {
    const { guard, events } = denied(code)
    expect(guard.check(bearer(good))).toMatchObject({ kind: 'refused', refusal: { status: 401, code } })
    expect(events).toMatchObject([{ type: 'refused', code, detail: reasonOf(code) }])
    await expect(guard.verify(good)).rejects.toMatchObject({ name: 'TokenError', code, reason: reasonOf(code) })
  },
)

test('a denied token is an invalid one where these may pass', () => {
  const { guard, events } = denied('token_revoked')
  const rule: Rule = { optional: { invalid: 'allow' } }
  expect(guard.check(bearer(good), rule)).toEqual({ kind: 'anonymous', reason: 'invalid' })
  expect(events).toEqual([{ type: 'anonymous', code: 'token_revoked', detail: reasonOf('token_revoked') }])
  expect(guard.check(bearer(good), { optional: { expired: 'allow', absent: 'allow' } })).toMatchObject({
    kind: 'refused',
  })
})

test.each([
  ['the feed’s last error', 'connection refused', 'connection refused'],
  ['that it is silent', undefined, 'the feed is silent'],
])('a feed that can’t tell is 503, whatever is optional, and the log is told %s', async (_, feedError, sentence) => {
  const { guard, events } = start({ ask: () => 'feed_unavailable', ...(feedError && { feedError }) })
  const optional = { absent: 'allow', expired: 'allow', invalid: 'allow' } as const
  expect(guard.check(bearer(good), { optional })).toMatchObject({
    kind: 'refused',
    refusal: { status: 503, code: 'feed_unavailable', headers: { 'Retry-After': '1' } },
  })
  expect(events).toEqual([{ type: 'refused', code: 'feed_unavailable', sentence }])
  const error = await guard.verify(good).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'feed_unavailable', reason: undefined })
})

test('a feed is tried again all the time, however long it takes until keys are', () => {
  const { guard } = start({ ask: () => 'feed_unavailable', keys: { retrySeconds: () => 7 } })
  expect(guard.check(bearer(good))).toMatchObject({ refusal: { headers: { 'Retry-After': '1' } } })
})

test('who has to wait for the feed gets its answer as a promise, whatever it is', async () => {
  const answers: FeedAnswer[] = [undefined, 'token_revoked', 'feed_unavailable']
  const { guard } = start({ ask: () => Promise.resolve(answers.shift()) })
  const outcomes = [guard.check(bearer(good)), guard.check(bearer(good)), guard.check(bearer(good))]
  expect(outcomes.every((outcome) => outcome instanceof Promise)).toBe(true)
  expect(await Promise.all(outcomes)).toMatchObject([
    { kind: 'authenticated' },
    { refusal: { code: 'token_revoked' } },
    { refusal: { code: 'feed_unavailable' } },
  ])
})

test('the feed is asked about good tokens alone, strictly where the rule says so', async () => {
  const asked: [string, boolean][] = []
  const ask = ({ text }: { readonly text: string }, isStrict: boolean): FeedAnswer => {
    asked.push([text, isStrict])
    return undefined
  }
  const { guard } = start({ ask })
  expect(guard.check(bearer(good))).toMatchObject({ kind: 'authenticated' })
  expect(guard.check(bearer(good), { strict: true })).toMatchObject({ kind: 'authenticated' })
  expect(guard.check(bearer(good), { scope: 'admin' })).toMatchObject({ refusal: { code: 'insufficient_scope' } })
  await guard.verify(good)
  void guard.check(bearer(expired))
  void guard.check(bearer('x'))
  await guard.verify(expired).catch(() => {})
  expect(asked).toEqual([
    [good, false],
    [good, true],
    [good, false],
    [good, false],
  ])
})

test('a rule is read once, and what it asks for is told to whom it refuses, and to the log', () => {
  const { guard, events } = start({})
  let reads = 0
  const rule: Rule = {
    get scope() {
      reads += 1
      return 'admin'
    },
  }
  for (let count = 0; count < 2; count += 1)
    expect(guard.check(bearer(good), rule)).toMatchObject({ refusal: { needs: { scope: 'admin' } } })
  expect(reads).toBe(1)
  const detail = { check: 'scope', expected: 'admin', got: '"orders:read orders:write"' }
  const sentence = 'Token lacks a required scope'
  const event = { type: 'refused', code: 'insufficient_scope', sentence, detail }
  expect(events).toEqual([event, event])
})

test('a fresh login is held against the guard’s clock', () => {
  const { guard } = start({})
  const signedIn = (secondsAgo: number) => bearer(makeToken({ auth_time: nowSeconds - secondsAgo }))
  expect(guard.check(signedIn(60), { fresh: '1m' })).toMatchObject({ kind: 'authenticated' })
  expect(guard.check(signedIn(61), { fresh: '1m' })).toMatchObject({
    refusal: { status: 401, code: 'insufficient_user_authentication', needs: { max_age: '60' } },
  })
})

test('the log is told in a sentence why a request is malformed, and nothing of who brought no token', () => {
  const { guard, events } = start({})
  void guard.check(bearer('two words'))
  const header = () => ['Bearer a', 'Bearer b']
  void guard.check({ ...bearer(''), header })
  void guard.check({ ...bearer(''), header: () => undefined }, { optional: true })
  expect(events).toStrictEqual([
    { type: 'refused', code: 'invalid_request', sentence: 'the Authorization header is malformed' },
    { type: 'refused', code: 'invalid_request', sentence: 'several tokens' },
  ])
})

test('who is let pass in spite of a bad token is told to the log, with what was bad', () => {
  const { guard, events } = start({})
  expect(guard.check(bearer(expired), { optional: { expired: 'allow' } })).toEqual({
    kind: 'anonymous',
    reason: 'expired',
  })
  expect(events).toMatchObject([{ type: 'anonymous', code: 'token_expired', detail: { check: 'expiry' } }])
})

/** Keys that are not at hand, and what can be had of them. */
const absentKeys = (obtained: KeySet | undefined, retrySeconds?: number): Partial<KeySource> => ({
  current: () => undefined,
  obtain: () => Promise.resolve(obtained),
  retrySeconds: () => retrySeconds,
  state: () => ({ count: 0, ageSeconds: undefined, lastError: 'connection refused' }),
})

test('without keys it waits for them; when there are none to be had it says when to come again, and the log why', async () => {
  expect(await start({ keys: absentKeys(keySet) }).guard.check(bearer(good))).toMatchObject({ kind: 'authenticated' })
  // What keys were had last tell of a token that they know, though newer ones can't be fetched.
  const { guard: late } = start({ keys: absentKeys(keySet, 3) })
  expect(await late.check(bearer(expired))).toMatchObject({ refusal: { code: 'token_expired' } })
  expect(await late.check(bearer(foreign))).toMatchObject({ refusal: { code: 'keys_unavailable' } })
  const { guard, events } = start({ keys: absentKeys(undefined, 7.5) })
  expect(await guard.check(bearer(good))).toMatchObject({
    refusal: { status: 503, code: 'keys_unavailable', headers: { 'Retry-After': '8' } },
  })
  expect(events).toEqual([{ type: 'refused', code: 'keys_unavailable', sentence: 'connection refused' }])
  await expect(guard.verify(good)).rejects.toMatchObject({ code: 'keys_unavailable', reason: undefined })
  expect(await start({ keys: absentKeys(undefined) }).guard.check(bearer(good))).toMatchObject({
    refusal: { headers: { 'Retry-After': '1' } },
  })
})

test('a kid that no key has is sought once, and the newer keys decide', async () => {
  const sought: string[] = []
  const seekIn = (found: KeySet | undefined, retrySeconds?: number): Partial<KeySource> => ({
    seek: (kid) => {
      sought.push(kid)
      return Promise.resolve(found)
    },
    retrySeconds: () => retrySeconds,
  })
  expect(await start({ keys: seekIn(laterKeys) }).guard.check(bearer(foreign))).toMatchObject({ kind: 'authenticated' })
  expect(await start({ keys: seekIn(keySet) }).guard.check(bearer(foreign))).toMatchObject({
    refusal: { code: 'token_invalid' },
  })
  // The newest keys couldn't be fetched: it may be one of them.
  for (const found of [keySet, undefined])
    expect(await start({ keys: seekIn(found, 3) }).guard.check(bearer(foreign))).toMatchObject({
      refusal: { code: 'keys_unavailable', headers: { 'Retry-After': '3' } },
    })
  expect(sought).toEqual(['later', 'later', 'later', 'later'])
  void start({ keys: seekIn(keySet) }).guard.check(bearer(good))
  void start({ keys: seekIn(keySet) }).guard.check(bearer(expired))
  expect(sought).toHaveLength(4)
})

test('one that was sought lately is refused at once, or is not to be told while fetching fails', () => {
  const keys = (retrySeconds?: number): Partial<KeySource> => ({
    seek: () => undefined,
    retrySeconds: () => retrySeconds,
  })
  expect(start({ keys: keys() }).guard.check(bearer(foreign))).toMatchObject({ refusal: { code: 'token_invalid' } })
  expect(start({ keys: keys(3) }).guard.check(bearer(foreign))).toMatchObject({ refusal: { code: 'keys_unavailable' } })
  expect(start({ keys: keys(3) }).guard.check(bearer(expired))).toMatchObject({ refusal: { code: 'token_expired' } })
  expect(start({ keys: keys(3) }).guard.check(bearer(good))).toMatchObject({ kind: 'authenticated' })
})

test('its state is that of its keys, its feed and what it remembers', () => {
  const { guard, feedState } = denied(undefined)
  void guard.check(bearer(good))
  void guard.check(bearer(good))
  void guard.check(bearer(expired))
  expect(guard.state()).toEqual({
    keys: { count: 1, ageSeconds: undefined, lastError: undefined },
    feed: feedState,
    cache: { size: 1, hits: 1, misses: 2 },
  })
  expect(start({}).guard.state().feed).toEqual({
    ...{ state: 'off', sequence: 0, records: 0, ageSeconds: undefined, lastError: undefined },
  })
})

test('closing it closes keys, feed and signals: what a handler listens to fires no more', async () => {
  const fires = async (isClosed: boolean) => {
    const { guard, closed, signals } = denied(undefined)
    const outcome = await guard.check(bearer(good))
    if (outcome.kind !== 'authenticated') throw new Error('it is good')
    const { signal } = outcome.auth
    if (isClosed) guard.close()
    signals.findDenial = () => 'token_revoked'
    signals.examine()
    return [signal.aborted, closed.toSorted()]
  }
  expect([await fires(false), await fires(true)]).toEqual([
    [true, []],
    [false, ['feed', 'keys']],
  ])
  expect(() => start({}).guard.close()).not.toThrow()
})

test.each<[string, unknown]>([
  ['nothing', ''],
  ['no text', undefined],
  ['a list of texts', [good]],
])('verify: %s is no token', async (_, token) => {
  const { guard } = start({})
  await expect(guard.verify(token as string)).rejects.toMatchObject({ code: 'token_missing', reason: undefined })
})

test('it says where it looks for tokens', () => {
  expect(start({}).guard.locations).toEqual(['header'])
})
