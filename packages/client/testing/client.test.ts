import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { endSession } from '../../server/src/domain/sessions/end-session.ts'
import { findSession } from '../../server/src/domain/sessions/find-session.ts'
import { type Client, type ClientOptions, createClient, readStepUp } from '../src/index.ts'
import { audience, type Fault, type Front, person, startFront } from './start-front.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A clock that a test moves; `sleep` is the laptop's, for which the monotonic one stands still. */
function createClock() {
  let [wall, monotonic] = [Date.now(), 0]
  return {
    now: () => wall,
    monotonic: () => monotonic,
    pass(milliseconds: number) {
      wall += milliseconds
      monotonic += milliseconds
    },
    sleep(milliseconds: number) {
      wall += milliseconds
    },
    setBack(milliseconds: number) {
      wall -= milliseconds
    },
  }
}

async function start(more: Partial<ClientOptions> = {}) {
  const front = await startFront()
  cleanups.push(() => front[Symbol.asyncDispose]())
  const clock = createClock()
  const client = createClient({ issuer: front.issuer, audience, apis: [front.origin], clock, ...more })
  cleanups.push(() => client.close())
  const events: string[] = []
  client.on('logged-in', () => events.push('logged-in'))
  client.on('logged-out', ({ why }) => events.push(`logged-out: ${why}`))
  client.on('refreshed', () => events.push('refreshed'))
  client.on('error', ({ code }) => events.push(`error: ${code}`))
  return { front, clock, client, events }
}

async function startLoggedIn(more: Partial<ClientOptions> = {}) {
  const started = await start(more)
  await started.client.logIn(person)
  return started
}

const me = (client: Client, { origin }: Front, init?: RequestInit) => client.fetch(`${origin}/api/me`, init)
const countTokenRequests = ({ asked }: Front) => asked.filter((path) => path === '/auth/token').length
const onToken = (front: Front, fault: Fault) => front.setFault((path) => (path === '/auth/token' ? fault : undefined))

describe('a refresh ahead of time that fails', () => {
  test('is tried once for many calls, told once, and not again before the back-off is over', async () => {
    const { client, front, clock, events } = await startLoggedIn()
    clock.pass(140_000)
    onToken(front, { status: 503 })
    const before = countTokenRequests(front)
    await Promise.all(Array.from({ length: 50 }, () => client.token()))
    await expect.poll(() => events.filter((event) => event.startsWith('error')).length, { timeout: 10_000 }).toBe(1)
    // Each refresh is tried twice.
    expect(countTokenRequests(front) - before).toBe(2)
    for (let call = 0; call < 5; call += 1) await client.token()
    await pause(300)
    expect(countTokenRequests(front) - before).toBe(2)
  })

  test('a client that is closed while it refreshes throws nothing of its own', async () => {
    let kept: string | undefined
    const storage = {
      load: async () => kept,
      save: async (token: string) => {
        kept = token
      },
      clear: async () => {
        kept = undefined
      },
      sharedAs: 'a client that is closed',
    }
    const { client, front, clock } = await startLoggedIn({ storage })
    clock.pass(149_000)
    const token = client.token()
    client.close()
    expect(await token.then(String, ({ name }) => name)).toMatch(/^ey|^ClientError$/)
    expect(front.asked.length).toBeGreaterThan(0)
  })
})

describe('login and logout', () => {
  test('a login opens one session, whose token the API takes', async () => {
    const { client, front, events } = await startLoggedIn()
    const state = client.state()
    if (state.status !== 'logged-in') throw new Error(state.status)
    expect(await (await me(client, front)).json()).toEqual({ sessionId: state.sessionId })
    expect(events).toEqual(['logged-in'])
  })

  test('a wrong password is login_refused, and an earlier session stays', async () => {
    const { client, front } = await startLoggedIn()
    await expect(client.logIn({ ...person, password: 'wrong' })).rejects.toMatchObject({ code: 'login_refused' })
    expect((await me(client, front)).status).toBe(200)
  })

  test('429 at the login is login_throttled, with the time to wait', async () => {
    const { client, front } = await start()
    front.setFault((path) => (path === '/auth/login' ? { status: 429, headers: { 'retry-after': '7' } } : undefined))
    await expect(client.logIn(person)).rejects.toMatchObject({ code: 'login_throttled', retryAfterSeconds: 7 })
  })

  test('before a login there is no token, and nothing is sent to the API', async () => {
    const { client, front } = await start()
    await expect(client.token()).rejects.toMatchObject({ code: 'not_logged_in' })
    await expect(me(client, front)).rejects.toMatchObject({ code: 'not_logged_in' })
    expect(front.asked).toEqual([])
  })

  test('a logout ends the session at the server; everywhere ends those of other devices', async () => {
    const { client, front, events } = await startLoggedIn()
    const other = createClient({ issuer: front.issuer, audience, apis: [front.origin] })
    cleanups.push(() => other.close())
    await other.logIn(person)
    const sessions = [client, other].map((each) => each.state()).map((state) => 'sessionId' in state && state.sessionId)
    await client.logOut({ everywhere: true })
    expect(events).toEqual(['logged-in', 'logged-out: logged_out'])
    for (const id of sessions) expect((await getSession(front, String(id))).endedAt).toBeDefined()
    await expect(client.token()).rejects.toMatchObject({ code: 'not_logged_in' })
  })

  test('a logout that does not reach the server says so, and changes nothing', async () => {
    const { client, front } = await startLoggedIn()
    front.setFault((path) => (path === '/auth/logout' ? 'unreachable' : undefined))
    await expect(client.logOut()).rejects.toMatchObject({ code: 'network' })
    expect(client.state().status).toBe('logged-in')
    front.setFault(() => undefined)
    await client.logOut()
    expect(client.state().status).toBe('logged-out')
  })

  test('a login over another ends the one before at the server', async () => {
    const { client, front } = await startLoggedIn()
    const before = client.state()
    await client.logIn(person)
    if (!('sessionId' in before)) throw new Error(before.status)
    expect((await getSession(front, before.sessionId)).endedAt).toBeDefined()
    expect((await me(client, front)).status).toBe(200)
  })
})

describe('refresh', () => {
  test('50 calls with an expired token make one refresh', async () => {
    const { client, front, clock } = await startLoggedIn()
    clock.pass(151_000)
    front.passTime(151_000)
    const answers = await Promise.all(Array.from({ length: 50 }, () => me(client, front)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(countTokenRequests(front)).toBe(1)
    expect(await front.countRefreshes('rotated')).toBe(1)
  })

  test('50 calls while the server is away share one refresh and its one retry', async () => {
    const { client, front, clock } = await startLoggedIn()
    onToken(front, 'unreachable')
    clock.pass(151_000)
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => client.token()))
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']))
    expect(countTokenRequests(front)).toBe(2)
  })

  test.each([80, 90])(
    'RFC 6749 §5.1: a token is used until %s %% of expires_in or refreshed about then',
    async (percent) => {
      const { client, front, clock, events } = await startLoggedIn()
      const first = await client.token()
      clock.pass(1500 * percent - (percent === 80 ? 1 : 0))
      expect(await client.token()).toBe(first)
      if (percent === 80) return expect(countTokenRequests(front)).toBe(0)
      await expect.poll(() => events).toEqual(['logged-in', 'refreshed'])
      expect(await client.token()).not.toBe(first)
    },
  )

  test('a laptop that slept refreshes before use, although the monotonic clock and the timers stood still', async () => {
    const { client, front, clock } = await startLoggedIn()
    clock.sleep(3_600_000)
    front.passTime(3_600_000)
    expect((await me(client, front)).status).toBe(200)
    expect(front.asked.slice(-2)).toEqual(['/auth/token', '/api/me'])
  })

  test('a wall clock that is set back does not make an old token young', async () => {
    const { client, front, clock } = await startLoggedIn()
    clock.pass(151_000)
    clock.setBack(86_400_000)
    await client.token()
    expect(countTokenRequests(front)).toBe(1)
  })

  test('an answer that gets lost is asked for again, and the same successor given', async () => {
    const { client, front, clock } = await startLoggedIn()
    let isFirst = true
    front.setFault((path) => {
      if (path !== '/auth/token' || !isFirst) return undefined
      isFirst = false
      return 'lost'
    })
    clock.pass(151_000)
    await client.token()
    expect([await front.countRefreshes('rotated'), await front.countRefreshes('repeated')]).toEqual([1, 1])
  })

  test.each<[string, Fault, string]>([
    ['no connection', 'unreachable', 'network'],
    ['500', { status: 500 }, 'unavailable'],
    ['502 with a page', { status: 502, headers: { 'content-type': 'text/html' } }, 'unavailable'],
    ['503', { status: 503, headers: { 'retry-after': '0' } }, 'unavailable'],
    ['429', { status: 429, headers: { 'retry-after': '0' } }, 'unavailable'],
    ['a page of a captive portal', { status: 200 }, 'misconfigured'],
    ['another error of OAuth', { status: 400, body: { error: 'invalid_scope' } }, 'misconfigured'],
  ])('%s never ends a session', async (_, fault, code) => {
    const { client, front, clock, events } = await startLoggedIn()
    onToken(front, fault)
    clock.pass(151_000)
    await expect(client.token()).rejects.toMatchObject({ code })
    expect(client.state().status).toBe('logged-in')
    front.setFault(() => undefined)
    front.passTime(151_000)
    expect((await me(client, front)).status).toBe(200)
    expect(events.filter((event) => event.startsWith('logged-out'))).toEqual([])
  })

  test('RFC 9110 §10.2.3: a longer Retry-After is told at once and obeyed, without another request meanwhile', async () => {
    const { client, front, clock } = await startLoggedIn()
    onToken(front, { status: 503, headers: { 'retry-after': '30' } })
    clock.pass(151_000)
    await expect(client.token()).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 30 })
    await expect(client.token()).rejects.toMatchObject({ code: 'unavailable' })
    expect(countTokenRequests(front)).toBe(1)
    front.setFault(() => undefined)
    clock.pass(30_000)
    await client.token()
    expect(countTokenRequests(front)).toBe(2)
  })

  test('RFC 6749 §5.2: invalid_grant ends the session, once', async () => {
    const { client, front, clock, events } = await startLoggedIn()
    await endAtServer(front, client)
    clock.pass(151_000)
    await expect(client.token()).rejects.toMatchObject({ code: 'session_ended' })
    await expect(client.token()).rejects.toMatchObject({ code: 'not_logged_in' })
    expect(events).toEqual(['logged-in', 'logged-out: session_ended'])
    expect(countTokenRequests(front)).toBe(1)
  })

  test('a refresh that comes back after a logout does not bring the session back', async () => {
    const { client, front, clock } = await startLoggedIn()
    const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>()
    front.setFault((path) => (path === '/auth/token' ? held : undefined))
    clock.pass(151_000)
    const refreshing = client.token().catch(() => undefined)
    await expect.poll(() => countTokenRequests(front)).toBe(1)
    const loggingOut = client.logOut()
    letGo(undefined)
    await Promise.all([refreshing, loggingOut])
    expect(client.state().status).toBe('logged-out')
  })
})

async function getSession({ server }: Front, sessionId: string) {
  const session = await findSession(server.running.installation.database.read, sessionId)
  if (!session) throw new Error(`no session ${sessionId}`)
  return session
}

async function endAtServer(front: Front, client: Client): Promise<void> {
  const { server } = front
  const state = client.state()
  if (!('sessionId' in state)) throw new Error(state.status)
  const session = await getSession(front, state.sessionId)
  await server.running.installation.database.write((tx) => endSession(tx, session, 'cli'))
}

describe('fetch', () => {
  test('RFC 6750 §3.1: invalid_token is answered by one refresh and one more request', async () => {
    const { client, front } = await startLoggedIn()
    front.passTime(200_000)
    expect((await me(client, front)).status).toBe(200)
    expect(front.asked.slice(-3)).toEqual(['/api/me', '/auth/token', '/api/me'])
  })

  test('an API that refuses every token is asked twice, never in a loop', async () => {
    const { client, front } = await startLoggedIn()
    const headers = { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token must be refreshed"' }
    front.setFault((path) => (path === '/api/me' ? { status: 401, headers } : undefined))
    expect((await me(client, front)).status).toBe(401)
    expect(front.asked.slice(-3)).toEqual(['/api/me', '/auth/token', '/api/me'])
  })

  test.each([
    ['another challenge', { 'www-authenticate': 'Bearer error="insufficient_scope"' }],
    ['no challenge to a token that is new', {}],
  ])('401 with %s is the caller’s', async (_, headers) => {
    const { client, front } = await startLoggedIn()
    front.setFault((path) => (path === '/api/me' ? { status: 401, headers } : undefined))
    expect((await me(client, front)).status).toBe(401)
    expect(countTokenRequests(front)).toBe(0)
  })

  const challenge = 'Bearer error="insufficient_user_authentication", max_age="300", acr_values="aal2 phr"'
  const weak: Fault = { status: 401, headers: { 'www-authenticate': challenge } }

  test('RFC 9470 §3: the person is asked once for several requests, told what is needed, and each is sent once more', async () => {
    const needs: unknown[] = []
    const { client, front } = await startLoggedIn({
      stepUp: async (needed) => {
        needs.push(needed)
        front.setFault(() => undefined)
        await client.logIn(person)
        return true
      },
    })
    front.setFault((path) => (path === '/api/me' ? weak : undefined))
    const answers = await Promise.all(Array.from({ length: 5 }, () => me(client, front, { method: 'POST', body: 'x' })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(needs).toEqual([{ acrValues: ['aal2', 'phr'], maxAgeSeconds: 300 }])
    expect(countTokenRequests(front)).toBe(0)
  })

  test('a stronger login that nobody makes leaves the caller the answer of the API, as does one that was not enough', async () => {
    for (const stepUp of [undefined, async () => false, async () => true]) {
      const { client, front } = await startLoggedIn(stepUp && { stepUp })
      front.setFault((path) => (path === '/api/me' ? weak : undefined))
      const answer = await me(client, front)
      expect([answer.status, readStepUp(answer)?.maxAgeSeconds]).toEqual([401, 300])
    }
  })

  test.each([
    ['second_factor_required', 403, 'second_factor_required'],
    ['invalid_otp', 401, 'second_factor_refused'],
  ])('a login that is answered %s is %#', async (code, status, expected) => {
    const { client, front } = await start()
    const body = { code }
    front.setFault((path) => (path === '/auth/login' ? { status, body } : undefined))
    await expect(client.logIn({ ...person, otp: '123456' })).rejects.toMatchObject({ code: expected })
  })

  test('what can be sent twice is; a stream is not, but the next request has a new token', async () => {
    const { client, front } = await startLoggedIn()
    front.passTime(200_000)
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('once'))
        controller.close()
      },
    })
    const streamed = { method: 'POST', body: stream, duplex: 'half' } as RequestInit
    expect((await me(client, front, streamed)).status).toBe(401)
    expect(front.asked.slice(-2)).toEqual(['/api/me', '/auth/token'])
    front.passTime(200_000)
    expect((await me(client, front, { method: 'POST', body: 'twice' })).status).toBe(200)
  })

  test('a token goes to the APIs alone: not elsewhere, not to the issuer, and not over the caller’s own', async () => {
    const { client, front } = await startLoggedIn()
    await client.fetch(`${front.elsewhere}/x`)
    await client.fetch(`${front.elsewhere}/x`, { headers: { authorization: 'Basic YTpi' } })
    expect(front.tokensElsewhere).toEqual([undefined, 'Basic YTpi'])
    const sent: (string | null)[] = []
    const spied: typeof fetch = (input, init) => {
      if (String(input).endsWith('/auth/account')) sent.push(new Headers(init?.headers).get('authorization'))
      return fetch(input, init)
    }
    const other = createClient({ issuer: front.issuer, audience, apis: [front.origin], fetch: spied })
    cleanups.push(() => other.close())
    await other.logIn(person)
    await other.fetch(`${front.issuer}/account`)
    expect(sent).toEqual([null])
  })

  test('Fetch §4.4: a redirect to another origin goes without the token, one to the same origin with it', async () => {
    const { client, front } = await startLoggedIn()
    expect(await (await client.fetch(`${front.origin}/api/away`)).text()).toBe('elsewhere')
    expect(front.tokensElsewhere).toEqual([undefined])
    expect((await client.fetch(`${front.origin}/api/near`)).status).toBe(200)
  })
})

describe('storage', () => {
  function createStorage(kept?: string) {
    const storage = {
      kept,
      load: () => storage.kept,
      save: (token: string) => {
        storage.kept = token
      },
      clear: () => {
        storage.kept = undefined
      },
    }
    return storage
  }

  test('a session in a storage of the app’s own is resumed by another client, and forgotten at logout', async () => {
    const storage = createStorage()
    const { client, front } = await startLoggedIn({ storage })
    client.close()
    const next = createClient({ issuer: front.issuer, audience, apis: [front.origin], storage })
    cleanups.push(() => next.close())
    expect(await next.ready()).toMatchObject({ status: 'logged-in' })
    expect((await me(next, front)).status).toBe(200)
    await next.logOut()
    expect(storage.kept).toBeUndefined()
  })

  test('with nothing kept nobody is logged in, and the server is not asked', async () => {
    const { client, front } = await start({ storage: createStorage() })
    expect(await client.ready()).toEqual({ status: 'logged-out' })
    expect(front.asked).toEqual([])
  })

  test('a server that is away at the start leaves the question open, and what is kept kept', async () => {
    const storage = createStorage()
    const { client, front } = await startLoggedIn({ storage })
    client.close()
    onToken(front, 'unreachable')
    const next = createClient({ issuer: front.issuer, audience, storage })
    cleanups.push(() => next.close())
    expect(await next.ready()).toEqual({ status: 'unknown' })
    expect(storage.kept).toMatch(/^or_/)
    front.setFault(() => undefined)
    await next.token()
    expect(next.state().status).toBe('logged-in')
  })

  test('a storage that fails is told as such', async () => {
    const broken = new Error('disk full')
    const save = () => Promise.reject(broken)
    const { client } = await start({ storage: { ...createStorage(), save } })
    await expect(client.logIn(person)).rejects.toMatchObject({ code: 'storage', cause: broken })
  })

  test('two clients of one process never hear of each other’s sessions', async () => {
    const { client, front } = await startLoggedIn()
    const other = createClient({ issuer: front.issuer, audience })
    cleanups.push(() => other.close())
    await pause(50)
    expect([client.state().status, other.state().status]).toEqual(['logged-in', 'logged-out'])
  })
})

describe('set-up', () => {
  test.each<[string, Partial<ClientOptions>]>([
    ['an http issuer on another host', { issuer: 'http://login.example.com' }],
    ['no URL', { issuer: 'login' }],
    ['an API on the origin of an issuer without path', { apis: ['https://login.example.com'] }],
    ['an API that is no URL', { apis: ['api'] }],
    ['an API with a query', { apis: ['https://api.example.com/v1?x=1'] }],
    ['cookie storage outside of a page of the issuer’s origin', { storage: 'cookie' }],
  ])('%s is misconfigured', (_, options) => {
    const make = () => createClient({ issuer: 'https://login.example.com', ...options })
    expect(make).toThrow(expect.objectContaining({ code: 'misconfigured' }))
  })

  test.each([
    'http://localhost:4000',
    'http://login.localhost:4000',
    'http://127.0.0.1:4000',
    'http://127.0.1.1',
    'http://[::1]:4000',
  ])('RFC 6761 §6.3: %s never leaves this machine, as the server and the guard have it', (issuer) => {
    const client = createClient({ issuer })
    cleanups.push(() => client.close())
    expect(client.state().status).toBe('logged-out')
  })

  test.each(['http://localhost.example.com', 'http://127.0.0.1.example.com', 'http://notlocalhost'])(
    'RFC 6761 §6.3: %s may leave it',
    (issuer) => expect(() => createClient({ issuer })).toThrow(expect.objectContaining({ code: 'misconfigured' })),
  )

  const [api, login] = ['https://api.example.com', 'https://login.example.com']
  test.each<[string, Partial<ClientOptions>, readonly string[]]>([
    ['an origin', { apis: [api] }, [`${api}/`, `${api}/v1`, `${api}/v1/me?x=1`, `${api}/v10`]],
    ['a path', { apis: [`${api}/v1`] }, [`${api}/v1`, `${api}/v1/me?x=1`]],
    ['the path of an API of the issuer', { apis: [`${login}/admin`] }, [`${login}/admin/x`]],
    [
      'the path of an API of an issuer with a path',
      { issuer: `${login}/tenant`, apis: [`${login}/tenant/admin/`] },
      [`${login}/tenant/admin/x`],
    ],
    [
      'the origin of an issuer with a path',
      { issuer: `${login}/tenant`, apis: [login] },
      [`${login}/`, `${login}/admin/x`, `${login}/admin/../token`, `${login}/token`],
    ],
  ])('apis may name %s: tokens go there and nowhere else', async (_, options, expected) => {
    const sent: string[] = []
    const answer = async (input: unknown): Promise<Response> => {
      sent.push(String(input))
      return new Response('{}')
    }
    const client = createClient({ issuer: login, ...options, fetch: answer })
    cleanups.push(() => client.close())
    const urls = [
      ...[
        `${api}/`,
        `${api}/v1`,
        `${api}/v1/me?x=1`,
        `${api}/v10`,
        `${api}.evil.example/v1`,
        'http://api.example.com/v1',
      ],
      ...[`${login}/`, `${login}/admin/x`, `${login}/admin/../token`, `${login}/token`],
      ...[`${login}/tenant/token`, `${login}/tenant/admin/x`, `${login}/tenant/admin/../token`],
    ]
    // Nobody is logged in: a request that would need a token is refused before it is sent.
    for (const url of urls) await client.fetch(url).catch(() => undefined)
    expect(urls.filter((url) => !sent.includes(url))).toEqual([...expected])
  })

  test('RFC 8414 §3.3: metadata of another issuer are not used', async () => {
    const { client, front } = await start()
    // Wrong in nothing but its issuer.
    const body = { issuer: 'https://evil.example', login_endpoint: `${front.issuer}/login` }
    front.setFault((path) => (path.includes('/.well-known') ? { status: 200, body } : undefined))
    await expect(client.logIn(person)).rejects.toMatchObject({ code: 'misconfigured' })
    expect(front.asked).not.toContain('/auth/login')
  })

  test.each(['/auth/.well-known', '/.well-known'])(
    'metadata below %s are not forwarded: those at the other place do',
    async (prefix) => {
      const { client, front } = await start()
      front.setFault((path) => (path.startsWith(prefix) ? { status: 404 } : undefined))
      await client.logIn(person)
      expect(client.state().status).toBe('logged-in')
    },
  )

  test('a closed client refuses, and its session lives on', async () => {
    const { client, front } = await startLoggedIn()
    const token = await client.token()
    client.close()
    await expect(client.token()).rejects.toMatchObject({ code: 'closed' })
    const answer = await fetch(`${front.origin}/api/me`, { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(200)
  })

  test('a listener that was taken away hears nothing', async () => {
    const { client } = await start()
    const heard: string[] = []
    client.on('logged-in', () => heard.push('stayed'))
    client.on('logged-in', () => heard.push('left'))()
    await client.logIn(person)
    expect(heard).toEqual(['stayed'])
  })
})
