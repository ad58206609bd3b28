import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard } from '@ostiary/guard'
import { tokenRequired } from '@ostiary/guard/express'
import { afterEach, describe, expect, test } from 'vitest'
import { recordRevocations } from '../../server/src/domain/revocations/record-revocations.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../server/testing/test-server.ts'
import type { ClientOptions, TokenStorage } from './client-options.ts'
import { createClient } from './create-client.ts'

const person = { username: 'ada', password: 'a long walk along the river' }

interface Journey {
  readonly server: TestServer
  readonly api: string
  readonly audience: string
  /** How often the token endpoint has given a token. */
  readonly countRefreshes: () => Promise<number>
}

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A real server, and an API behind a real guard. */
async function start(): Promise<Journey> {
  const server = await startTestServer({ isClockRunning: true })
  closing.push(() => server.stop())
  let guarded: RequestListener = () => {}
  const listening = createServer((request, response) => guarded(request, response))
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const api = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
  await addApi(server, { audience: api, lifetimeSeconds: 60 })
  await addAccount(server, person.username, person.password)
  const guard = createGuard({ issuer: server.issuer, audience: api, clock: () => server.clock.now() })
  const required = tokenRequired(guard)
  guarded = (request, response) => required(request, response, () => response.end('{}'))
  closing.push(() => {
    guard.close()
    listening.closeAllConnections()
    return new Promise((resolve) => listening.close(resolve))
  })
  const countRefreshes = async (): Promise<number> => {
    const metrics = await (await fetch(`${server.running.url}/metrics`)).text()
    const counts = [...metrics.matchAll(/ostiary_refreshes_total\{outcome="(?:rotated|repeated)"\} (\d+)/g)]
    return counts.reduce((sum, [, count]) => sum + Number(count), 0)
  }
  return { server, api, audience: api, countRefreshes }
}

function open({ server, audience }: Journey, options: Partial<ClientOptions> = {}) {
  const client = createClient({ issuer: server.issuer, audience, ...options })
  closing.push(() => client.close())
  return client
}

/** Both clocks of a client, moved together or apart. */
class TestClock {
  monotonicShift = 0
  wallShift = 0
  monotonic = (): number => performance.now() + this.monotonicShift
  wall = (): number => Date.now() + this.wallShift
}

/** A fetch that can be made to fail, as a network does. */
class Network {
  fault: (() => Promise<Response>) | undefined
  readonly asked: string[] = []
  fetch: typeof globalThis.fetch = (input, init) => {
    this.asked.push(new URL(input instanceof Request ? input.url : String(input)).pathname)
    return this.fault === undefined ? fetch(input, init) : this.fault()
  }
}

describe('a client', () => {
  test('logs in, calls a guarded API, logs out, and is refused then', async () => {
    const journey = await start()
    const client = open(journey)
    const events: string[] = []
    client.on('loggedIn', () => events.push('loggedIn'))
    client.on('loggedOut', ({ reason }) => events.push(reason))
    await expect(client.fetch(`${journey.api}/orders`)).rejects.toMatchObject({ code: 'not_logged_in' })
    await client.logIn(person)
    expect((await client.fetch(`${journey.api}/orders`)).status).toBe(200)
    const token = await client.token()
    await client.logOut()
    expect([client.isLoggedIn, events]).toEqual([false, ['loggedIn', 'logged_out']])
    const ask = async () =>
      (await fetch(`${journey.api}/orders`, { headers: { authorization: `Bearer ${token}` } })).status
    await expect.poll(ask, { interval: 10, timeout: 2000 }).toBe(401)
  })

  test.each([
    ['a wrong password', { username: 'ada', password: 'wrong' }, 'login_refused'],
    ['nobody of that name', { username: 'nobody', password: 'wrong' }, 'login_refused'],
  ])('%s is %s', async (_, credentials, code) => {
    await expect(open(await start()).logIn(credentials)).rejects.toMatchObject({ name: 'ClientError', code })
  })

  test('refreshes before the token expires, once for all who wait, and does not log out', async () => {
    const journey = await start()
    const clock = new TestClock()
    const client = open(journey, { clock })
    await client.logIn(person)
    const first = await client.token()
    clock.monotonicShift += 55_000
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.fetch(`${journey.api}/orders`)))
    expect(answers.map(({ status }) => status)).toEqual(new Array(20).fill(200))
    expect(await client.token()).not.toBe(first)
    expect(await journey.countRefreshes()).toBe(1)
  })

  test('a laptop that slept: the monotonic clock stood still, the wall clock did not', async () => {
    const journey = await start()
    const clock = new TestClock()
    const client = open(journey, { clock })
    await client.logIn(person)
    clock.wallShift += 8 * 3_600_000
    journey.server.clock.set(journey.server.clock.now() + 8 * 3_600_000)
    expect((await client.fetch(`${journey.api}/orders`)).status).toBe(200)
    expect(await journey.countRefreshes()).toBe(1)
  })

  test('an API that refuses a token is asked once more with a new one, and not again', async () => {
    const journey = await start()
    const client = open(journey)
    await client.logIn(person)
    const { database } = journey.server.running.installation
    // As if a role had been removed: tokens of the session that were issued before are out of date.
    const sid = JSON.parse(Buffer.from((await client.token()).split('.')[1] ?? '', 'base64url').toString()).sid
    await database.write((tx) =>
      recordRevocations(tx, [{ kind: 'r', identifier: sid, moment: tx.now, forgetAt: 4_000_000_000 }]),
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    const response = await client.fetch(`${journey.api}/orders`, { method: 'POST', body: 'kept for the second try' })
    expect(response.status).toBe(200)
    expect(await journey.countRefreshes()).toBe(1)
  })

  test('401 for ever is one more try, and no loop', async () => {
    const journey = await start()
    let asked = 0
    const refusing = createServer((_, response) => {
      asked += 1
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
    })
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
    closing.push(() => refusing.close())
    const api = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`
    const client = open(journey, { apis: [api] })
    await client.logIn(person)
    expect((await client.fetch(`${api}/orders`)).status).toBe(401)
    expect([asked, client.isLoggedIn]).toEqual([2, true])
  })

  test('the token goes to the APIs that were named and nowhere else, not even by a redirect', async () => {
    const journey = await start()
    const seen: IncomingHttpHeaders[] = []
    const stranger = createServer((request, response) => {
      seen.push(request.headers)
      response.end()
    })
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    closing.push(() => stranger.close())
    const elsewhere = `http://localhost:${(stranger.address() as AddressInfo).port}/`
    const redirecting = createServer((_, response) => response.writeHead(307, { location: elsewhere }).end())
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve))
    closing.push(() => redirecting.close())
    const api = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`
    const client = open(journey, { apis: [api] })
    await client.logIn(person)
    await client.fetch(elsewhere)
    await client.fetch(`${api}/orders`)
    expect(seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined])
  })
})

describe('a good session survives', () => {
  const faults: [string, () => Promise<Response>][] = [
    ['no network', () => Promise.reject(new TypeError('fetch failed'))],
    ['503', () => Promise.resolve(new Response('busy', { status: 503 }))],
    ['429', () => Promise.resolve(new Response('', { status: 429, headers: { 'retry-after': '60' } }))],
    ['a proxy’s page', () => Promise.resolve(new Response('<html>', { status: 502 }))],
  ]

  test.each(faults)(
    '%s: the token serves while it is good, then the error says unavailable, then all is well again',
    async (_, fault) => {
      const journey = await start()
      const [clock, network] = [new TestClock(), new Network()]
      const client = open(journey, { clock, fetch: network.fetch })
      await client.logIn(person)
      network.fault = fault
      clock.monotonicShift += 55_000
      await expect(client.token()).resolves.toMatch(/^ey/)
      clock.monotonicShift += 10_000
      await expect(client.token()).rejects.toMatchObject({ code: 'unavailable' })
      expect(client.isLoggedIn).toBe(true)
      network.fault = undefined
      await expect(client.token()).resolves.toMatch(/^ey/)
    },
  )

  test('a lost answer: the refresh was done, its answer never came, the next one succeeds', async () => {
    const journey = await start()
    const clock = new TestClock()
    let isLost = true
    const losing: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      if (isLost && String(input).endsWith('/token')) {
        isLost = false
        throw new TypeError('connection reset')
      }
      return response
    }
    const losingClient = open(journey, { clock, fetch: losing })
    await losingClient.logIn(person)
    clock.monotonicShift += 61_000
    await expect(losingClient.token()).rejects.toMatchObject({ code: 'unavailable' })
    await expect(losingClient.token()).resolves.toMatch(/^ey/)
  })

  test('only the server’s word ends it: invalid_grant', async () => {
    const journey = await start()
    const clock = new TestClock()
    const client = open(journey, { clock })
    const reasons: string[] = []
    client.on('loggedOut', ({ reason }) => reasons.push(reason))
    await client.logIn(person)
    const other = open(journey)
    await other.logIn(person)
    await other.logOut({ everywhere: true })
    clock.monotonicShift += 61_000
    await expect(client.token()).rejects.toMatchObject({ code: 'session_ended' })
    expect([client.isLoggedIn, reasons]).toEqual([false, ['session_ended']])
  })

  test('a restart of the process, with a storage of one’s own', async () => {
    const journey = await start()
    let kept: string | undefined
    const storage: TokenStorage = {
      load: () => kept,
      save: (token) => {
        kept = token
      },
      clear: () => {
        kept = undefined
      },
    }
    await open(journey, { storage }).logIn(person)
    const next = open(journey, { storage })
    expect((await next.fetch(`${journey.api}/orders`)).status).toBe(200)
    await next.logOut()
    expect(kept).toBe(undefined)
  })
})
