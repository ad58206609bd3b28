import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import {
  addDeviceClient,
  askForCodes,
  type DeviceScene,
  deviceAudience,
  pollWith,
  startDeviceScene,
} from '../../../testing/device-scene.ts'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { enableAccount } from '../../domain/accounts/enable-account.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { withdrawConsent } from '../../domain/consents/consents.ts'
import { purgeDeviceAuthorizations } from '../../domain/device-authorizations/purge-device-authorizations.ts'
import { recordRevocations } from '../../domain/revocations/record-revocations.ts'
import { listSessions } from '../../domain/sessions/list-sessions.ts'
import { logOutEverywhere } from '../../domain/sessions/log-out-everywhere.ts'

const dyingServer = path.join(import.meta.dirname, '../../../testing/dying-server.ts')

forEachDatabase('the device authorization grant', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(described: Parameters<typeof startDeviceScene>[1] = {}): Promise<DeviceScene> {
    const scene = await startDeviceScene({ databaseUrl: await createUrl() }, described)
    servers.push(scene.server)
    return scene
  }

  const outcome = ({ status, body }: { status: number; body: Readonly<Record<string, string>> }) => [status, body.error]
  const pass = ({ clock }: TestServer, seconds: number) => clock.set(clock.now() + seconds * 1000)
  const databaseOf = ({ server }: DeviceScene) => server.running.installation.database
  const rowsOf = (scene: DeviceScene) =>
    databaseOf(scene)
      .read.withTables<{ device_authorization: Record<string, unknown> }>()
      .selectFrom('device_authorization')
      .selectAll()
      .execute()
  const audited = async (scene: DeviceScene, act: string) =>
    (await listAuditEvents(databaseOf(scene).read, { limit: 100 })).filter((event) => event.act === act)

  it('RFC 8628 §3.2: a device gets two codes, where to enter one, and how often to poll; only hashes of them are stored', async () => {
    const scene = await start()
    const { status, body, headers } = await scene.ask()
    expect(status).toBe(200)
    expect(body).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${scene.server.issuer}/device`,
      verification_uri_complete: `${scene.server.issuer}/device?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('access-control-allow-origin')).toBe('*')
    const stored = JSON.stringify(await rowsOf(scene))
    expect(stored).not.toContain(body.device_code)
    expect(stored).not.toContain(body.user_code?.replace('-', ''))
    expect(scene.server.logText()).not.toContain(body.device_code)
  })

  it('RFC 8628 §4: the metadata names the endpoint and the grant', async () => {
    const { server } = await start()
    const metadata = await (await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).json()
    expect(metadata).toMatchObject({
      device_authorization_endpoint: `${server.issuer}/device-authorization`,
      grant_types_supported: expect.arrayContaining(['urn:ietf:params:oauth:grant-type:device_code']),
    })
  })

  it.each([
    ['no client', { client_id: '' }, 401, 'invalid_client'],
    ['a client that nobody knows', { client_id: 'cli_nobody' }, 401, 'invalid_client'],
    ['a secret of a client that has none', { client_secret: 'x' }, 401, 'invalid_client'],
    ['an API that is not registered', { resource: 'https://other.example' }, 400, 'invalid_target'],
    ['two APIs', { audience: 'https://other.example' }, 400, 'invalid_request'],
    ['a scope that the API has not', { scope: 'orders:burn' }, 400, 'invalid_scope'],
    ['a scope with a quote', { scope: 'a"b' }, 400, 'invalid_scope'],
    ['a control character', { scope: 'a\0b' }, 400, 'invalid_request'],
    ['an oversized scope', { scope: 'a'.repeat(4097) }, 400, 'invalid_request'],
    ['an oversized resource', { resource: 'a'.repeat(513) }, 400, 'invalid_request'],
  ])('RFC 8628 §3.1: %s is refused', async (_, more, status, error) => {
    const scene = await start()
    const answer = await scene.ask(more as Record<string, string>)
    expect(outcome(answer)).toEqual([status, error])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(await rowsOf(scene)).toEqual([])
  })

  it.each(['client_id', 'scope', 'resource'])('RFC 6749 §3.1: %s that stands twice is refused', async (name) => {
    const { server, clientId } = await start()
    const body = `client_id=${clientId}&scope=openid&resource=${deviceAudience}&${name}=x`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const response = await fetch(`${server.issuer}/device-authorization`, { method: 'POST', body, headers })
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }])
  })

  it('RFC 6749 §5.2: a client without the grant gets no code, and no token for one; a confidential one proves who it is', async () => {
    const { server, ask } = await start()
    const other = await addDeviceClient(server, { grants: ['refresh_token'] })
    expect(outcome(await ask({ client_id: other.clientId }))).toEqual([400, 'unauthorized_client'])
    const polled = await pollWith(server, { client_id: other.clientId, device_code: 'x' })
    expect(outcome(polled)).toEqual([400, 'unauthorized_client'])
    const { clientId, secret } = await addDeviceClient(server, {}, 'confidential')
    expect(outcome(await askForCodes(server, { client_id: clientId, scope: 'openid' }))).toEqual([
      401,
      'invalid_client',
    ])
    const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
    expect((await askForCodes(server, { scope: 'openid' }, { authorization })).status).toBe(200)
  })

  it('a network can have 50 devices that wait, and more when those have expired', async () => {
    const scene = await start()
    const answers = await Promise.all(Array.from({ length: 50 }, () => scene.ask()))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.user_code)).size).toBe(50)
    const refused = await scene.ask()
    expect(outcome(refused)).toEqual([429, 'temporarily_unavailable'])
    expect(refused.headers.get('retry-after')).toBe('60')
    pass(scene.server, 600)
    expect((await scene.ask()).status).toBe(200)
  })

  it('RFC 8628 §3.4: what a person allowed gives tokens that verify with jose, of a session that is the device’s', async () => {
    const scene = await start()
    const { server, accountId, clientId } = scene
    const { body: codes } = await scene.ask({ scope: 'openid profile orders:read' }, { 'user-agent': 'TV/1.0' })
    expect(outcome(await scene.poll(codes.device_code))).toEqual([400, 'authorization_pending'])
    const signedInAt = Math.floor(server.clock.now() / 1000)
    await scene.enter(codes.user_code)
    pass(server, 60)
    await scene.decide(codes.user_code)
    const { status, body, headers } = await scene.poll(codes.device_code)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'openid profile orders:read' })
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/.well-known/jwks.json`))
    const { issuer } = server
    const access = await jwtVerify(body.access_token ?? '', keys, { issuer, audience: deviceAudience, typ: 'at+jwt' })
    const id = await jwtVerify(body.id_token ?? '', keys, { issuer, audience: clientId, typ: 'JWT' })
    expect(access.payload).toMatchObject({ sub: accountId, client_id: clientId, sid: id.payload.sid })
    expect(id.payload).toMatchObject({ sub: accountId, auth_time: signedInAt })
    const sessions = await listSessions(databaseOf(scene).read, accountId, server.clock.now())
    expect(sessions.find((one) => one.clientId === clientId)).toMatchObject({
      id: access.payload.sid,
      userAgent: 'TV/1.0',
      parentId: undefined,
    })
    expect(await audited(scene, 'device_authorization.granted')).toMatchObject([
      { actor: `account:${accountId}`, clientId, outcome: 'done' },
    ])
    const refreshed = await fetch(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: clientId,
        refresh_token: body.refresh_token ?? '',
      }),
    })
    expect(refreshed.status).toBe(200)
    expect(outcome(await scene.poll(codes.device_code))).toEqual([400, 'invalid_grant'])
  })

  it('RFC 6749 §6: a client without the grant refresh_token gets none; without openid there is no ID token', async () => {
    const scene = await start({ grants: ['urn:ietf:params:oauth:grant-type:device_code'] })
    const { body: codes } = await scene.ask({ scope: 'orders:read' })
    await scene.decide(codes.user_code)
    const { body } = await scene.poll(codes.device_code)
    expect(body).toHaveProperty('access_token')
    expect(body).not.toHaveProperty('refresh_token')
    expect(body).not.toHaveProperty('id_token')
  })

  it('RFC 8628 §3.5: who polls too early is told slow_down and waits 5 seconds longer from then on, at two instances', async () => {
    const scene = await start()
    const { databaseUrl, secrets, issuer } = scene.server.config
    const other = await startTestServer({ databaseUrl, config: { secrets, issuer } })
    servers.push(other)
    other.clock.set(scene.server.clock.now())
    const { body: codes } = await scene.ask()
    const form = { client_id: scene.clientId, device_code: codes.device_code ?? '' }
    const pollOther = () => pollWith({ ...other, issuer: other.running.url }, form)
    const wait = (seconds: number) => {
      pass(scene.server, seconds)
      pass(other, seconds)
    }
    const told: unknown[] = []
    const poll = async (act: () => Promise<{ status: number; body: Readonly<Record<string, string>> }>) =>
      told.push((await act()).body.error)
    await poll(() => scene.poll(codes.device_code))
    wait(5)
    await poll(pollOther)
    wait(4)
    await poll(() => scene.poll(codes.device_code))
    wait(9)
    await poll(pollOther)
    wait(14)
    await poll(() => scene.poll(codes.device_code))
    wait(20)
    await poll(pollOther)
    expect(told).toEqual([
      'authorization_pending',
      'authorization_pending',
      'slow_down',
      'slow_down',
      'slow_down',
      'authorization_pending',
    ])
    // What was allowed is given at any time.
    await scene.decide(codes.user_code)
    expect((await scene.poll(codes.device_code)).status).toBe(200)
  })

  it('RFC 8628 §3.5: denied is access_denied, expired is expired_token, and what was purged is invalid_grant', async () => {
    const scene = await start()
    const [denied, expired] = [(await scene.ask()).body, (await scene.ask()).body]
    await scene.decide(denied.user_code, 'deny')
    expect(outcome(await scene.poll(denied.device_code))).toEqual([400, 'access_denied'])
    expect(await audited(scene, 'device_authorization.denied')).toMatchObject([
      { actor: `account:${scene.accountId}`, clientId: scene.clientId, outcome: 'refused' },
    ])
    expect(await audited(scene, 'consent.granted')).toEqual([])
    pass(scene.server, 600)
    expect(outcome(await scene.poll(expired.device_code))).toEqual([400, 'expired_token'])
    expect((await scene.enter(expired.user_code)).status).toBe(400)
    pass(scene.server, 601)
    await databaseOf(scene).write((tx) => purgeDeviceAuthorizations(tx, 100))
    expect(await rowsOf(scene)).toEqual([])
    expect(outcome(await scene.poll(expired.device_code))).toEqual([400, 'invalid_grant'])
  })

  it('RFC 8628 §3.5: what was allowed and not fetched in time is expired_token', async () => {
    const scene = await start()
    const { body: codes } = await scene.ask()
    await scene.decide(codes.user_code)
    pass(scene.server, 600)
    expect(outcome(await scene.poll(codes.device_code))).toEqual([400, 'expired_token'])
  })

  it('20 parallel polls after the approval: one success, 19 times invalid_grant, one session', async () => {
    const scene = await start()
    const { body: codes } = await scene.ask()
    await scene.decide(codes.user_code)
    const answers = await Promise.all(Array.from({ length: 20 }, () => scene.poll(codes.device_code)))
    expect(answers.map(outcome).sort()).toEqual([
      [200, undefined],
      ...Array.from({ length: 19 }, () => [400, 'invalid_grant']),
    ])
    const { database } = scene.server.running.installation
    const sessions = await listSessions(database.read, scene.accountId, scene.server.clock.now())
    expect(sessions.filter(({ clientId }) => clientId === scene.clientId)).toHaveLength(1)
  })

  it('RFC 8628 §3.4: a server that is killed between the approval and the poll has lost nothing', async () => {
    const scene = await start()
    await servers.pop()?.running.stop()
    const { config } = scene.server
    const child = spawn(process.execPath, [dyingServer, JSON.stringify(config)], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const { body: codes } = await scene.ask()
    expect((await scene.decide(codes.user_code)).status).toBe(200)
    child.kill('SIGKILL')
    await once(child, 'close')
    servers.push(await startTestServer({ databaseUrl: config.databaseUrl, config }))
    expect((await scene.poll(codes.device_code)).status).toBe(200)
    expect(outcome(await scene.poll(codes.device_code))).toEqual([400, 'invalid_grant'])
  })

  it('RFC 8628 §3.4: another client’s poll is invalid_grant, and neither uses the code nor counts as a poll', async () => {
    const scene = await start()
    const { body: codes } = await scene.ask()
    const { clientId } = await addDeviceClient(scene.server)
    expect(outcome(await scene.poll(codes.device_code))).toEqual([400, 'authorization_pending'])
    pass(scene.server, 5)
    const steal = () => scene.poll(codes.device_code, { client_id: clientId })
    expect(outcome(await steal())).toEqual([400, 'invalid_grant'])
    expect(outcome(await scene.poll(codes.device_code))).toEqual([400, 'authorization_pending'])
    await scene.decide(codes.user_code)
    expect(outcome(await steal())).toEqual([400, 'invalid_grant'])
    const elsewhere = await scene.poll(codes.device_code, { resource: 'https://other.example' })
    expect(outcome(elsewhere)).toEqual([400, 'invalid_target'])
    expect((await scene.poll(codes.device_code, { resource: deviceAudience })).status).toBe(200)
  })

  it.each([
    ['missing', '', 'invalid_request'],
    ['unknown', 'x'.repeat(43), 'invalid_grant'],
    ['cut', 'x', 'invalid_grant'],
    ['oversized', 'x'.repeat(513), 'invalid_request'],
    ['with a control character', 'a\0b', 'invalid_request'],
  ])('RFC 6749 §5.2: a device code that is %s is refused', async (_, deviceCode, error) => {
    const { poll } = await start()
    expect(outcome(await poll(deviceCode))).toEqual([400, error])
  })

  describe('what ends what was allowed before the device has fetched it', () => {
    it.each<[string, (scene: DeviceScene) => Promise<unknown>]>([
      [
        'the account is disabled',
        (scene) => databaseOf(scene).write((tx) => disableAccount(tx, scene.accountId, 'cli')),
      ],
      [
        'the account is logged out everywhere, also when it is disabled and enabled',
        (scene) =>
          databaseOf(scene).write(async (tx) => {
            await disableAccount(tx, scene.accountId, 'cli')
            await logOutEverywhere(tx, scene.accountId, 'cli')
            await enableAccount(tx, scene.accountId, 'cli')
          }),
      ],
      [
        'the person takes the consent back',
        (scene) => databaseOf(scene).write((tx) => withdrawConsent(tx, scene.accountId, scene.clientId)),
      ],
      [
        'everything of the client is revoked',
        (scene) =>
          databaseOf(scene).write((tx) =>
            recordRevocations(tx, [
              { kind: 'c', identifier: scene.clientId, moment: tx.now, forgetAt: Math.floor(tx.now / 1000) + 900 },
            ]),
          ),
      ],
    ])('%s: invalid_grant, and no session', async (_, act) => {
      const scene = await start()
      const { body: codes } = await scene.ask()
      await scene.decide(codes.user_code)
      await act(scene)
      pass(scene.server, 5)
      expect(outcome(await scene.poll(codes.device_code))).toEqual([400, 'invalid_grant'])
      const opened = await audited(scene, 'session.opened')
      expect(opened.filter(({ clientId }) => clientId === scene.clientId)).toEqual([])
    })
  })

  it('a person who leaves the browser that they decided in leaves the device signed in; five minutes later nobody fetches it', async () => {
    const scene = await start()
    const [soon, late] = [(await scene.ask()).body, (await scene.ask()).body]
    await scene.decide(soon.user_code)
    await scene.decide(late.user_code)
    await scene.browser.post('/logout', {})
    const { status, body } = await scene.poll(soon.device_code)
    expect(status).toBe(200)
    expect(body).toHaveProperty('id_token')
    pass(scene.server, 301)
    expect(outcome(await scene.poll(late.device_code))).toEqual([400, 'invalid_grant'])
  })
})
