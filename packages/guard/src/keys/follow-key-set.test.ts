import { describe, expect, test } from 'vitest'
import { jwksPath, metadataPath, openidPath, type ServedIssuer, serveIssuer } from '../../testing/serve-issuer.ts'
import { makeSigningKey } from '../../testing/signing-keys.ts'
import type { GuardEvent } from '../guard-event.ts'
import { asymmetricAlgorithms } from '../jws/algorithm.ts'
import { followKeySet } from './follow-key-set.ts'
import type { KeySource } from './key-source.ts'

const [first, second] = [makeSigningKey('ES256', 'first').jwk, makeSigningKey('EdDSA', 'second').jwk]

interface Followed {
  readonly source: KeySource
  readonly events: GuardEvent[]
  /** How often the keys changed. */
  changes: number
  /** How often something was fetched, or began to be. */
  fetches: number
  /** Lets time pass by the clock that was handed in. */
  readonly wait: (seconds: number) => void
}

function follow(issuer: string): Followed {
  let now = 1_000_000
  const events: GuardEvent[] = []
  const followed = {
    changes: 0,
    fetches: 0,
    events,
    wait: (seconds: number): void => {
      now += seconds * 1000
    },
  }
  const source = followKeySet({
    issuer,
    algorithms: asymmetricAlgorithms,
    fetch: (...request) => {
      followed.fetches += 1
      return globalThis.fetch(...request)
    },
    log: (event) => events.push(event),
    changed: () => {
      followed.changes += 1
    },
    monotonic: () => now,
  })
  return Object.assign(followed, { source })
}

async function listKids(
  keys: Promise<{ readonly byKid: ReadonlyMap<string, unknown> } | undefined>,
): Promise<string[]> {
  return [...((await keys)?.byKid.keys() ?? [])]
}

function countAsked(issuer: ServedIssuer, path: string): number {
  return issuer.asked.filter((one) => one === path).length
}

describe('fetching', () => {
  test('it starts at once, in the background, and all who ask share one fetch', async () => {
    await using issuer = await serveIssuer([first])
    const { source, events } = follow(issuer.url)
    expect(source.current()).toBeUndefined()
    expect(await Promise.all([source.obtain(), source.obtain(), source.obtain()])).toHaveLength(3)
    expect(source.current()?.byKid.has('first')).toBe(true)
    expect(issuer.asked).toEqual([metadataPath, jwksPath])
    expect(events).toEqual([{ type: 'keys_fetched', count: 1, ignored: [] }])
    expect(source.state()).toEqual({ count: 1, ageSeconds: 0, lastError: undefined })
  })

  test('RFC 8414 §3.1: the well-known path stands before the path of the issuer', async () => {
    await using issuer = await serveIssuer([first])
    const name = `${issuer.url}/tenant/1`
    issuer.answers.set(`${metadataPath}/tenant/1`, { body: { issuer: name, jwks_uri: `${issuer.url}${jwksPath}` } })
    expect(await listKids(follow(name).source.obtain())).toEqual(['first'])
  })

  test('OpenID Connect Discovery §4.1: else behind it', async () => {
    await using issuer = await serveIssuer([first])
    const name = `${issuer.url}/tenant/`
    issuer.answers.set(`/tenant${openidPath}`, { body: { issuer: name, jwks_uri: `${issuer.url}${jwksPath}` } })
    expect(await listKids(follow(name).source.obtain())).toEqual(['first'])
  })

  const badAnswers: readonly { title: string; change: (issuer: ServedIssuer) => void; sentence: string }[] = [
    {
      title: 'RFC 8414 §3.3: metadata of another issuer',
      change: ({ answers, url }) => answers.set(metadataPath, { body: { issuer: `${url}/`, jwks_uri: `${url}/jwks` } }),
      sentence: 'names the issuer',
    },
    {
      title: 'metadata without jwks_uri',
      change: ({ answers, url }) => answers.set(metadataPath, { body: { issuer: url } }),
      sentence: 'names the jwks_uri nothing',
    },
    {
      title: 'a jwks_uri that is no web address',
      change: ({ answers, url }) => answers.set(metadataPath, { body: { issuer: url, jwks_uri: 'file:///etc/keys' } }),
      sentence: 'names the jwks_uri',
    },
    {
      title: 'a redirect',
      change: ({ answers }) => answers.set(jwksPath, { status: 302, headers: { location: '/other' } }),
      sentence: 'redirect',
    },
    {
      title: 'a server error',
      change: ({ answers }) => answers.set(jwksPath, { status: 500 }),
      sentence: 'answered 500',
    },
    {
      title: '304 that nobody asked for',
      change: ({ answers }) => answers.set(jwksPath, { status: 304 }),
      sentence: 'answered 304',
    },
    {
      title: 'no JSON',
      change: ({ answers }) => answers.set(jwksPath, { body: '<html>' }),
      sentence: 'answered 200 and no JSON object',
    },
    {
      title: 'more than 256 kB',
      change: ({ answers }) => answers.set(jwksPath, { body: JSON.stringify({ keys: [], x: 'x'.repeat(300_000) }) }),
      sentence: 'answered too much',
    },
    {
      title: 'two keys of one kid',
      change: ({ answers }) => answers.set(jwksPath, { body: { keys: [first, { ...second, kid: 'first' }] } }),
      sentence: 'two keys have one kid: ["first","first"]',
    },
    {
      title: 'a private key',
      change: ({ answers }) => answers.set(jwksPath, { body: { keys: [{ ...first, d: 'AAAA' }] } }),
      sentence: 'private',
    },
    {
      title: 'a secret, whatever its algorithm',
      change: ({ answers }) => answers.set(jwksPath, { body: { keys: [makeSigningKey('HS256').jwk] } }),
      sentence: 'holds no key to use',
    },
  ]

  test.each(badAnswers)('no keys from $title; the state and the log say why', async ({ change, sentence }) => {
    await using issuer = await serveIssuer([first])
    change(issuer)
    const { source, events } = follow(issuer.url)
    expect(await source.obtain()).toBeUndefined()
    expect(source.state().lastError).toContain(sentence)
    expect(events.at(-1)).toMatchObject({ type: 'keys_failed', sentence: expect.stringContaining(sentence) })
    expect(source.retrySeconds()).toBeGreaterThanOrEqual(1)
  })

  test('RFC 7517 §5: keys that are not for us are ignored, with a reason', async () => {
    await using issuer = await serveIssuer([first, { ...second, use: 'enc' }, { kty: 'XX', kid: 'third' }])
    const { source, events } = follow(issuer.url)
    expect(await listKids(source.obtain())).toEqual(['first'])
    expect(events).toMatchObject([
      {
        type: 'keys_fetched',
        count: 1,
        ignored: [expect.stringContaining('second'), expect.stringContaining('third')],
      },
    ])
  })

  test('close() ends a fetch under way, and no further one is made', async () => {
    await using issuer = await serveIssuer([first])
    issuer.answers.set(metadataPath, { until: new Promise(() => {}) })
    const { source, events } = follow(issuer.url)
    const obtained = source.obtain()
    source.close()
    expect(await obtained).toBeUndefined()
    expect(await source.obtain()).toBeUndefined()
    expect(issuer.asked.length).toBeLessThanOrEqual(2)
    expect(events).toEqual([])
  })
})

describe('freshness', () => {
  test('RFC 9111 §5.2.2.1: within max-age nothing is asked, before its end it is refreshed in the background', async () => {
    await using issuer = await serveIssuer([first], { 'cache-control': 'public, max-age=600' })
    const { source, wait } = follow(issuer.url)
    await source.obtain()
    wait(479)
    expect(source.current()?.keys).toHaveLength(1)
    expect(countAsked(issuer, jwksPath)).toBe(1)
    issuer.answers.set(jwksPath, { body: { keys: [first, second] } })
    wait(2)
    expect(source.current()?.keys).toHaveLength(1)
    expect(await listKids(source.obtain())).toEqual(['first', 'second'])
    expect([countAsked(issuer, jwksPath), countAsked(issuer, metadataPath)]).toEqual([2, 1])
  })

  const bounds = [
    { header: 'no-store', freshSeconds: 23, oldSeconds: 25 },
    { header: 'max-age=1', freshSeconds: 23, oldSeconds: 25 },
    { header: 'max-age=999999999', freshSeconds: 2879, oldSeconds: 2881 },
    { header: '', freshSeconds: 239, oldSeconds: 241 },
  ]
  test.each(bounds)('"$header" is kept within 30 s and 1 h', async ({ header, freshSeconds, oldSeconds }) => {
    await using issuer = await serveIssuer([first], { 'cache-control': header })
    const followed = follow(issuer.url)
    await followed.source.obtain()
    followed.wait(freshSeconds)
    expect(followed.source.current()?.keys).toHaveLength(1)
    expect(followed.fetches).toBe(2)
    followed.wait(oldSeconds - freshSeconds)
    expect(followed.source.current()?.keys).toHaveLength(1)
    expect(followed.fetches).toBe(3)
    await followed.source.obtain()
  })

  test('RFC 9110 §13.1.2: with an ETag unchanged keys are not sent again, and nothing changes', async () => {
    await using issuer = await serveIssuer([first], { etag: '"1"', 'cache-control': 'max-age=60' })
    const followed = follow(issuer.url)
    const before = await followed.source.obtain()
    followed.wait(55)
    followed.source.current()
    expect(await followed.source.obtain()).toBe(before)
    expect(followed.source.state().ageSeconds).toBe(0)
    expect([countAsked(issuer, jwksPath), followed.changes]).toEqual([2, 1])
  })

  test('after an idle time the first who asks waits for the keys of now, so a removed key does not pass once more', async () => {
    await using issuer = await serveIssuer([first, second])
    const { source, wait } = follow(issuer.url)
    await source.obtain()
    issuer.answers.set(jwksPath, { body: { keys: [second] } })
    wait(301)
    expect(source.current()).toBeUndefined()
    expect(await listKids(source.obtain())).toEqual(['second'])
  })

  test('an issuer that takes back all of its keys has none: nothing can be checked', async () => {
    await using issuer = await serveIssuer([first])
    const followed = follow(issuer.url)
    await followed.source.obtain()
    issuer.answers.set(jwksPath, { body: { keys: [] } })
    followed.wait(301)
    expect(await followed.source.obtain()).toBeUndefined()
    expect([followed.source.current(), followed.changes]).toEqual([undefined, 2])
  })
})

describe('when fetching fails', () => {
  test('keys stay usable for an hour beyond their lifetime, without making anybody wait, and not longer', async () => {
    await using issuer = await serveIssuer([first])
    const { source, wait } = follow(issuer.url)
    await source.obtain()
    issuer.answers.set(jwksPath, { status: 503 })
    wait(250)
    expect(source.current()?.keys).toHaveLength(1)
    await source.obtain()
    expect(source.state().lastError).toContain('answered 503')
    wait(300 + 3600 - 250 - 1)
    expect(source.current()?.keys).toHaveLength(1)
    wait(2)
    await source.obtain()
    expect(source.current()).toBeUndefined()
    expect(await source.obtain()).toBeUndefined()
  })

  test('the pause between attempts doubles up to half a minute, and during it nothing is asked', async () => {
    await using issuer = await serveIssuer([first])
    issuer.answers.set(metadataPath, { status: 500 })
    const { source, events, wait } = follow(issuer.url)
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await source.obtain()
      await source.obtain()
      wait(40)
    }
    const pauses = events.map((event) => (event.type === 'keys_failed' ? event.retrySeconds : 0))
    expect(pauses).toHaveLength(12)
    for (const [i, pause] of pauses.entries()) {
      const middle = Math.min(30, 0.25 * 2 ** i)
      expect(pause).toBeGreaterThanOrEqual(middle * 0.75)
      expect(pause).toBeLessThanOrEqual(middle * 1.25)
    }
  })

  test('afterwards the metadata is read again, as the keys may have moved', async () => {
    await using issuer = await serveIssuer([first])
    const { source, wait } = follow(issuer.url)
    await source.obtain()
    issuer.answers.set(jwksPath, { status: 404 })
    wait(250)
    source.current()
    await source.obtain()
    issuer.answers.set('/moved', { body: { keys: [second] } })
    issuer.answers.set(metadataPath, { body: { issuer: issuer.url, jwks_uri: `${issuer.url}/moved` } })
    wait(5)
    expect(await listKids(source.obtain())).toEqual(['second'])
    expect([source.state().lastError, source.retrySeconds()]).toEqual([undefined, undefined])
  })
})

describe('an unknown kid', () => {
  test('is looked for, at most every 10 s, and a kid that was not found not again within a minute', async () => {
    await using issuer = await serveIssuer([first])
    const { source, wait } = follow(issuer.url)
    await source.obtain()
    expect(source.seek('second')).toBeUndefined()
    wait(11)
    expect(await listKids(Promise.resolve(source.seek('forged')))).toEqual(['first'])
    expect(source.seek('another')).toBeUndefined()
    wait(11)
    expect(source.seek('forged')).toBeUndefined()
    issuer.answers.set(jwksPath, { body: { keys: [first, second] } })
    expect(await listKids(Promise.resolve(source.seek('second')))).toEqual(['first', 'second'])
    expect(countAsked(issuer, jwksPath)).toBe(3)
  })

  test('a flood of forged kids costs one fetch every 10 s', async () => {
    await using issuer = await serveIssuer([first])
    const { source, wait } = follow(issuer.url)
    await source.obtain()
    for (let second = 0; second < 60; second += 1) {
      wait(1)
      await Promise.all(Array.from({ length: 50 }, (_, i) => source.seek(`forged-${second}-${i}`)))
    }
    expect(countAsked(issuer, jwksPath)).toBeLessThanOrEqual(7)
  })
})
