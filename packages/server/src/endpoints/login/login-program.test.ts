import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { selectSession } from '../../domain/sessions/session-store.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'

interface TokenAnswer {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  session_id: string
}

forEachDatabase('POST /login for a program', ({ createUrl }) => {
  let server: TestServer
  let accountId: string

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    accountId = await addAccount(server, 'Ada', password)
    const blocked = await addAccount(server, 'blocked', password)
    await server.running.installation.database.write((tx) => disableAccount(tx, blocked, 'cli'))
    await addApi(server, { audience, scopes: ['orders:read', 'orders:write'] })
    await addApi(server, { audience: 'urn:example:other', lifetimeSeconds: 20, algorithm: 'EdDSA' })
  })
  afterAll(() => server?.stop())

  it('RFC 9068 §2: the answer is an at+jwt for that API with every claim it requires, living 150 s', async () => {
    const answer = await logIn(server, { username: 'ada', password, audience, scope: 'orders:read' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const body = (await answer.json()) as TokenAnswer
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 150, scope: 'orders:read' })

    const jwks = createRemoteJWKSet(new URL(`${server.issuer}/.well-known/jwks.json`))
    const { payload, protectedHeader } = await jwtVerify(body.access_token, jwks, {
      issuer: server.issuer,
      audience,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(server.clock.now()),
    })
    const iat = Math.floor(server.clock.now() / 1000)
    expect(payload).toEqual({
      iss: server.issuer,
      sub: accountId,
      aud: audience,
      client_id: 'ostiary',
      iat,
      exp: iat + 150,
      jti: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      scope: 'orders:read',
      sid: body.session_id,
      auth_time: iat,
      acr: 'aal1',
      amr: ['pwd'],
    })
    expect(protectedHeader.kid).toMatch(/^[\w-]{43}$/)
    // RFC 9562 §5.7: the first 48 bits of the jti are the issuing time in milliseconds.
    expect(Number.parseInt(String(payload.jti).replace('-', '').slice(0, 12), 16)).toBe(server.clock.now())
  })

  it('the session is stored and the login audited in the same act', async () => {
    const { session_id } = (await (await logIn(server, { username: 'ada', password, audience })).json()) as TokenAnswer
    const { database } = server.running.installation
    const stored = await selectSession(database.read, session_id)
    expect(stored?.session).toMatchObject({
      accountId,
      clientId: 'ostiary',
      createdAt: server.clock.now(),
      endedAt: undefined,
    })
    expect(stored?.cookieHash).toBeUndefined()
    const events = await listAuditEvents(database.read, { accountId, limit: 10 })
    const opened = events.find((event) => event.act === 'session.opened' && event.sessionId === session_id)
    expect(opened).toMatchObject({ actor: `account:${accountId}`, outcome: 'done', network: '127.0.0.1' })
    expect(events.some((event) => event.act === 'login.succeeded')).toBe(true)
  })

  it('a form is taken as JSON is, and an audience of its own lifetime and algorithm is obeyed', async () => {
    const answer = await fetch(`${server.issuer}/login`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'ADA', password, audience: 'urn:example:other' }),
    })
    expect(answer.status).toBe(200)
    const { access_token, expires_in, scope } = (await answer.json()) as TokenAnswer
    expect({ expires_in, scope }).toEqual({ expires_in: 20, scope: '' })
    expect(decodeProtectedHeader(access_token)).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' })
    // RFC 6749 §3.3: no scope is no claim.
    expect(decodeJwt(access_token)).not.toHaveProperty('scope')
  })

  it('unknown account, wrong password and disabled account are one answer, word for word', async () => {
    const answers = []
    for (const body of [
      { username: 'nobody', password },
      { username: 'ada', password: 'wrong' },
      { username: 'blocked', password },
    ]) {
      const answer = await logIn(server, { ...body, audience })
      const { incident_id, ...words } = (await answer.json()) as Record<string, unknown>
      expect(incident_id).toBe(answer.headers.get('x-request-id'))
      const headers = Object.fromEntries(
        [...answer.headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
      )
      answers.push({ status: answer.status, headers, words })
    }
    expect(answers[0]?.status).toBe(401)
    expect(answers[0]?.headers).toMatchObject({ 'cache-control': 'no-store' })
    expect(answers[0]?.words).toEqual({
      type: `${server.issuer}/errors/invalid_credentials`,
      title: 'Unauthorized',
      status: 401,
      code: 'invalid_credentials',
      detail: "That didn't match. Check the user name and password.",
    })
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  it('RFC 8707 §2: who proved a password learns which audiences and scopes are registered; who did not learns nothing', async () => {
    const unknown = await logIn(server, { username: 'ada', password, audience: 'https://nowhere.example' })
    expect(unknown.status).toBe(400)
    expect(await unknown.json()).toMatchObject({ code: 'invalid_target', registered: [audience, 'urn:example:other'] })

    const none = await logIn(server, { username: 'ada', password })
    expect(await none.json()).toMatchObject({ code: 'invalid_target', registered: [audience, 'urn:example:other'] })

    const scope = await logIn(server, { username: 'ada', password, audience, scope: 'orders:read orders:burn' })
    expect(scope.status).toBe(400)
    const problem = (await scope.json()) as { code: string; detail: string; registered: string[] }
    expect(problem).toMatchObject({ code: 'invalid_scope', registered: ['orders:read', 'orders:write'] })
    expect(problem.detail).toContain('orders:burn')

    const stranger = await logIn(server, { username: 'ada', password: 'wrong', audience: 'https://nowhere.example' })
    expect(stranger.status).toBe(401)
    expect(await stranger.text()).not.toContain(audience)
  })

  it('of many wrong guesses the answer becomes 429 with Retry-After, for an unknown name as well, and time cures it', async () => {
    for (const username of ['guessed', 'ada-does-not-exist']) {
      if (username === 'guessed') await addAccount(server, username, password)
      const statuses: number[] = []
      for (let guess = 0; guess < 12; guess += 1) {
        const answer = await logIn(server, { username, password: `guess ${guess}`, audience })
        statuses.push(answer.status)
        if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      }
      expect(statuses[0]).toBe(401)
      expect(statuses.at(-1)).toBe(429)
    }
    // The right password waits as well: being let in early would tell that it is right.
    expect((await logIn(server, { username: 'guessed', password, audience })).status).toBe(429)
    server.clock.set(server.clock.now() + 30 * 60_000)
    expect((await logIn(server, { username: 'guessed', password, audience })).status).toBe(200)
  })

  it('past the throttle a right password with a bad audience answers as a wrong one does, and is audited', async () => {
    const guessed = await addAccount(server, 'guessed at once', password)
    const guesses = Array.from({ length: 60 }, (_, index) => (index === 40 ? password : `guess ${index}`))
    const answers = await Promise.all(
      guesses.map((guess) => logIn(server, { username: 'guessed at once', password: guess, audience: 'urn:none' })),
    )
    expect(new Set(answers.map(({ status }) => status))).not.toContain(400)
    server.clock.set(server.clock.now() + 30 * 60_000)
    expect((await logIn(server, { username: 'guessed at once', password, audience: 'urn:none' })).status).toBe(400)
    const { database } = server.running.installation
    const [refused] = await listAuditEvents(database.read, { accountId: guessed, act: 'token.refused', limit: 1 })
    expect(refused).toMatchObject({ outcome: 'refused', detail: { reason: 'unknown_audience', audience: 'urn:none' } })
    expect(await listAuditEvents(database.read, { accountId: guessed, act: 'session.opened', limit: 1 })).toEqual([])
  })

  it('50 right logins at once all get a token of their own', async () => {
    // What a slow machine sends away comes again, as clients do.
    const logInAtLast = async (): Promise<Response> => {
      const answer = await logIn(server, { username: 'ada', password, audience })
      return answer.status === 503 && answer.headers.has('retry-after') ? logInAtLast() : answer
    }
    const answers = await Promise.all(Array.from({ length: 50 }, logInAtLast))
    expect(answers.map((answer) => answer.status)).toEqual(new Array(50).fill(200))
    const sessions = await Promise.all(answers.map(async (answer) => ((await answer.json()) as TokenAnswer).session_id))
    expect(new Set(sessions).size).toBe(50)
  })

  it('a login that waits for its hash holds no place of those that are worked on', async () => {
    const { hashQueue } = server.running.installation
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const others = Array.from({ length: availableParallelism() }, () => hashQueue.run(() => held))
    const login = logIn(server, { username: 'ada', password, audience })
    while (hashQueue.waiting === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    const metrics = await (await fetch(`${server.issuer}/metrics`)).text()
    expect(metrics).toContain('ostiary_requests_under_way{importance="hashing",state="running"} 0')
    release()
    await Promise.all(others)
    expect((await login).status).toBe(200)
  })

  it('beyond the hash queue the answer is 503 with Retry-After, never a hang and never a 5xx without it', async () => {
    const { hashQueue } = server.running.installation
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    // One that runs for each core, and all of the 32 that may wait of networks where somebody was right: as this one is.
    const others = Array.from({ length: 33 * availableParallelism() }, () => hashQueue.of('127.0.0.1').run(() => held))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => logIn(server, { username: `flood ${index}`, password, audience })),
    )
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 503))
    expect(answers.every((answer) => Number(answer.headers.get('retry-after')) > 0)).toBe(true)
    release()
    await Promise.all(others)
    expect((await logIn(server, { username: 'flood 1', password, audience })).status).toBe(401)
  })

  it.each<[string, RequestInit, number, string]>([
    ['a body over 64 KiB', json(`{"username":"${'a'.repeat(70_000)}"}`), 413, 'body_too_large'],
    ['another content type', { body: 'a', headers: { 'content-type': 'text/xml' } }, 415, 'unsupported_media_type'],
    ['no content type', { body: new Uint8Array([1]) }, 415, 'unsupported_media_type'],
    ['malformed JSON', json('{"username":'), 400, 'malformed_json'],
    ['JSON that is no object', json('["ada"]'), 400, 'malformed_json'],
    ['JSON that is null', json('null'), 400, 'malformed_json'],
    ['an empty JSON body', json(''), 400, 'malformed_json'],
    ['bytes that are not UTF-8', { ...json(''), body: new Uint8Array([0x7b, 0xff, 0x7d]) }, 400, 'malformed_json'],
    ['a malformed form', form('username=%zz&password=b'), 400, 'malformed_form'],
    ['a form in Latin-1', form('username=%e4&password=b'), 400, 'malformed_form'],
    ['a parameter twice in a form', form('username=a&password=b&username=c'), 400, 'repeated_parameter'],
    ['a parameter twice in JSON', json('{"username":"a","password":"b","username":"c"}'), 400, 'repeated_parameter'],
    ['a parameter as a list', json('{"username":["a"],"password":"b"}'), 400, 'invalid_parameter'],
    ['a number for a text', json('{"username":1,"password":"b"}'), 400, 'invalid_parameter'],
    ['no password', json('{"username":"a"}'), 400, 'invalid_parameter'],
    ['a user name of 10 kB', json(`{"username":"${'a'.repeat(10_000)}","password":"b"}`), 400, 'invalid_parameter'],
    ['a NUL in the user name', json('{"username":"a\\u0000","password":"b"}'), 400, 'invalid_parameter'],
    ['a control character in the password', json('{"username":"a","password":"b\\u0007"}'), 400, 'invalid_parameter'],
    ['half a character', json('{"username":"a\\ud800","password":"b"}'), 400, 'invalid_parameter'],
    ['a line break in the scope', form('username=a&password=b&scope=a%0d%0ab'), 400, 'invalid_parameter'],
  ])('%s is refused', async (_, init, status, code) => {
    const answer = await fetch(`${server.issuer}/login`, { method: 'POST', ...init })
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status,
      type: 'application/problem+json',
    })
    expect(await answer.json()).toMatchObject({ status, code, title: expect.any(String), detail: expect.any(String) })
  })

  it('a parameter that we do not know is ignored (RFC 6749 §3.1)', async () => {
    expect((await logIn(server, { username: 'ada', password, audience, __proto__x: 1, constructor: 'x' })).status).toBe(
      200,
    )
  })
})

it('every naughty string as user name, audience and scope is refused or fails to match, never a 5xx', async (context) => {
  const file = new URL('../../../../../../shared/vectors/naughty-strings/blns.json', import.meta.url)
  if (!existsSync(file)) return context.skip('the vectors are not beside this checkout')
  const server = await startTestServer()
  try {
    for (const text of JSON.parse(readFileSync(file, 'utf8')) as string[]) {
      const answer = await logIn(server, { username: text, password: 'x', audience: text, scope: text })
      expect([400, 401]).toContain(answer.status)
      await answer.text()
      // Else the network's own throttle would answer for most of them.
      server.clock.set(server.clock.now() + 3600_000)
    }
  } finally {
    await server.stop()
  }
})

function json(body: string): RequestInit {
  return { body, headers: { 'content-type': 'application/json' } }
}

function form(body: string): RequestInit {
  return { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
}
