import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { LogoutReceiver } from '../../../testing/logout-receiver.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import type { Config } from '../../config.ts'
import { disableAccount } from '../accounts/disable-account.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { advanceKeysInUse } from '../clients/advance-keys-in-use.ts'
import { createClient } from '../clients/create-client.ts'
import { parseClient } from '../clients/parse-client.ts'
import { endSession } from '../sessions/end-session.ts'
import { findSession } from '../sessions/find-session.ts'
import { logOutEverywhere } from '../sessions/log-out-everywhere.ts'

const audience = 'https://api.example.com'
const person = { username: 'ada', password: 'a long walk along the river' }
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

forEachDatabase('logout notices', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(config: Partial<Config> = {}): Promise<TestServer> {
    const server = await startTestServer({ databaseUrl: await createUrl(), isClockRunning: true, config })
    servers.push(server)
    await addApi(server, { audience })
    return server
  }

  async function startWithPerson() {
    const server = await start()
    return { server, accountId: await addAccount(server, person.username, person.password) }
  }

  async function addApp(server: TestServer, backchannelLogoutUri: string | undefined, idTokenAlgorithm?: string) {
    const parsed = parseClient({ name: 'Shop', type: 'public', backchannelLogoutUri, idTokenAlgorithm })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { database } = server.running.installation
    const { client } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
    await advanceKeysInUse(server.running.installation)
    return client.id
  }

  async function openSession(server: TestServer, clientId: string) {
    const body = new URLSearchParams({ ...person, audience, client_id: clientId })
    const answer = await fetch(`${server.issuer}/login`, { method: 'POST', body })
    return (await answer.json()) as { readonly session_id: string; readonly refresh_token: string }
  }

  async function end({ running }: TestServer, sessionId: string): Promise<void> {
    const { database } = running.installation
    const session = await findSession(database.read, sessionId)
    if (session) await database.write((tx) => endSession(tx, session, 'cli'))
  }

  async function noticed({ running }: TestServer) {
    const events = await listAuditEvents(running.installation.database.read, { limit: 100 })
    return events.filter(({ act }) => act.startsWith('logout_notice.'))
  }

  /** The audit event is written after the answer. */
  async function untilNoticed(server: TestServer, count: number) {
    for (;;) {
      const events = await noticed(server)
      if (events.length >= count) return events
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  test.each(['ES256', 'RS256'])(
    'OpenID Connect Back-Channel Logout 1.0 §2.4: the logout token (%s) names the session and the person, has its own type and no nonce',
    async (algorithm) => {
      const { server, accountId } = await startWithPerson()
      await using app = await LogoutReceiver.start()
      const clientId = await addApp(server, app.uri, algorithm)
      const { session_id: sessionId } = await openSession(server, clientId)
      await end(server, sessionId)
      await app.untilCame(1)
      const jwks = (await (await fetch(`${server.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet
      const { payload } = await jwtVerify(app.tokens[0] ?? '', createLocalJWKSet(jwks), {
        ...{ issuer: server.issuer, audience: clientId, typ: 'logout+jwt', algorithms: [algorithm] },
        requiredClaims: ['iat', 'exp', 'jti'],
      })
      expect(payload).toMatchObject({ sub: accountId, sid: sessionId, events: { [logoutEvent]: {} } })
      expect(payload).not.toHaveProperty('nonce')
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(120)
      expect(await untilNoticed(server, 1)).toMatchObject([
        { act: 'logout_notice.delivered', clientId, sessionId, detail: { attempts: 1, status: 204 } },
      ])
    },
  )

  describe('OpenID Connect Back-Channel Logout 1.0 §2.5: whatever ends sessions tells each client of its own', () => {
    test('logging out everywhere, by the person, at three clients of which two want to know', async () => {
      const { server, accountId } = await startWithPerson()
      await using one = await LogoutReceiver.start()
      await using two = await LogoutReceiver.start()
      const clients = [await addApp(server, one.uri), await addApp(server, two.uri), await addApp(server, undefined)]
      const sessions = []
      for (const clientId of clients) sessions.push((await openSession(server, clientId)).session_id)
      await server.running.installation.database.write((tx) => logOutEverywhere(tx, accountId, `account:${accountId}`))
      await Promise.all([one.untilCame(1), two.untilCame(1)])
      expect([one, two].map(({ tokens }) => tokens.map((token) => decodeJwt(token).sid))).toEqual([
        [sessions[0]],
        [sessions[1]],
      ])
      expect(await untilNoticed(server, 2)).toHaveLength(2)
    })

    test('an app that gives its session up by POST /logout, and an account that is disabled', async () => {
      const { server, accountId } = await startWithPerson()
      await using app = await LogoutReceiver.start()
      const clientId = await addApp(server, app.uri)
      const given = await openSession(server, clientId)
      const kept = await openSession(server, clientId)
      const form = new URLSearchParams({ refresh_token: given.refresh_token, client_id: clientId })
      expect((await fetch(`${server.issuer}/logout`, { method: 'POST', body: form })).status).toBe(204)
      await app.untilCame(1)
      const { database } = server.running.installation
      await database.write(async (tx) => {
        await disableAccount(tx, accountId, 'cli')
        await logOutEverywhere(tx, accountId, 'cli')
      })
      await app.untilCame(2)
      expect(app.tokens.map((token) => decodeJwt(token).sid)).toEqual([given.session_id, kept.session_id])
    })
  })

  test('a client that cannot be reached is tried again, with the same jti and a fresh token, until it can be', async () => {
    const { server } = await startWithPerson()
    const gone = await LogoutReceiver.start()
    const clientId = await addApp(server, gone.uri)
    const { session_id: sessionId } = await openSession(server, clientId)
    let first = ''
    gone.answer = (request) => {
      first = gone.tokens[0] ?? ''
      request.socket.destroy()
    }
    await end(server, sessionId)
    await gone.untilCame(1)
    await gone[Symbol.asyncDispose]()
    await using back = await LogoutReceiver.start(gone.port)
    await back.untilCame(1)
    expect(decodeJwt(back.tokens[0] ?? '').jti).toBe(decodeJwt(first).jti)
    const [event] = await untilNoticed(server, 1)
    expect(event).toMatchObject({ act: 'logout_notice.delivered', sessionId })
    expect(event?.detail.attempts).toBeGreaterThan(1)
  })

  test.each([
    ['400, the client’s own refusal', 400],
    ['500', 500],
    ['a redirect, which is not followed', 302],
  ])('OpenID Connect Back-Channel Logout 1.0 §2.8: an answer ends it: %s', async (_, status) => {
    const { server } = await startWithPerson()
    await using app = await LogoutReceiver.start()
    app.answer = (_, response) => response.writeHead(status, { location: `${app.uri}/elsewhere` }).end('x'.repeat(1e6))
    const clientId = await addApp(server, app.uri)
    await end(server, (await openSession(server, clientId)).session_id)
    expect(await untilNoticed(server, 1)).toMatchObject([{ act: 'logout_notice.failed', detail: { status } }])
    expect(app.tokens).toHaveLength(1)
  })

  test('a client that never answers holds up only its own notices', async () => {
    const { server, accountId } = await startWithPerson()
    await using slow = await LogoutReceiver.start()
    await using quick = await LogoutReceiver.start()
    slow.answer = () => undefined
    const [slowId, quickId] = [await addApp(server, slow.uri), await addApp(server, quick.uri)]
    for (let count = 0; count < 6; count += 1) await openSession(server, slowId)
    for (let count = 0; count < 2; count += 1) await openSession(server, quickId)
    const begun = performance.now()
    await server.running.installation.database.write((tx) => logOutEverywhere(tx, accountId, 'cli'))
    await quick.untilCame(2)
    // Far less than one attempt at the slow one may take.
    expect(performance.now() - begun).toBeLessThan(4_500)
    expect(slow.tokens.length).toBeLessThanOrEqual(4)
  })

  test('nothing is lost when the server stops before it could tell: the next one does', async () => {
    const databaseUrl = await createUrl()
    const server = await startTestServer({ databaseUrl, isClockRunning: true })
    await addApi(server, { audience })
    await addAccount(server, person.username, person.password)
    const receiver = await LogoutReceiver.start()
    const clientId = await addApp(server, receiver.uri)
    const { session_id: sessionId } = await openSession(server, clientId)
    await receiver[Symbol.asyncDispose]()
    await end(server, sessionId)
    await server.stop()
    await using back = await LogoutReceiver.start(receiver.port)
    const config = { ...server.config }
    const next = await startTestServer({ databaseUrl, isClockRunning: true, config })
    servers.push(next)
    await back.untilCame(1)
    expect(decodeJwt(back.tokens[0] ?? '')).toMatchObject({ sid: sessionId })
  })

  test('two instances on one outbox send each notice once', async () => {
    const databaseUrl = await createUrl()
    const one = await startTestServer({ databaseUrl, isClockRunning: true })
    servers.push(one)
    await addApi(one, { audience })
    const accountId = await addAccount(one, person.username, person.password)
    const { secrets } = one.config
    servers.push(await startTestServer({ databaseUrl, isClockRunning: true, config: { secrets } }))
    await using app = await LogoutReceiver.start()
    const clientId = await addApp(one, app.uri)
    const sessions = new Set<string>()
    for (let count = 0; count < 12; count += 1) sessions.add((await openSession(one, clientId)).session_id)
    await one.running.installation.database.write((tx) => logOutEverywhere(tx, accountId, 'cli'))
    await untilNoticed(one, 12)
    expect(app.tokens).toHaveLength(12)
    expect(new Set(app.tokens.map((token) => decodeJwt(token).sid))).toEqual(sessions)
  })
})
