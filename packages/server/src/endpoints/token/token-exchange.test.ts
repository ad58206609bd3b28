import { decodeJwt } from 'jose'
import { afterEach, expect, it } from 'vitest'
import { addClient } from '../../../testing/authorization-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { addConfidentialClient, type TestClient } from '../../../testing/revoking.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { recordRevocations } from '../../domain/revocations/record-revocations.ts'
import { logOutEverywhere } from '../../domain/sessions/log-out-everywhere.ts'

const orders = 'https://orders.example.com'
const stock = 'https://stock.example.com'
const person = { username: 'ada', password: 'a long walk along the river' }
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'

type Body = Readonly<Record<string, string>>

forEachDatabase('POST /token with grant_type=token-exchange', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  interface Scene {
    readonly server: TestServer
    readonly accountId: string
    /** The guard of the API of orders, which calls the API of stock. */
    readonly client: TestClient
    readonly subject: Body
  }

  async function start(): Promise<Scene> {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    await addApi(server, {
      audience: orders,
      scopes: ['orders:read', 'items:read', 'items:write'],
      lifetimeSeconds: 300,
    })
    await addApi(server, { audience: stock, scopes: ['items:read', 'items:write', 'stock:move'], lifetimeSeconds: 60 })
    const accountId = await addAccount(server, person.username, person.password)
    const client = await addConfidentialClient(server, [`introspect:${orders}`], [exchange])
    return { server, accountId, client, subject: await open(server) }
  }

  async function open(server: TestServer): Promise<Body> {
    const answer = await logIn(server, { ...person, audience: orders, scope: 'orders:read items:read' })
    return (await answer.json()) as Body
  }

  async function ask(
    { server, client, subject }: Scene,
    more: Readonly<Record<string, string>> = {},
    authorization = client.authorization,
  ): Promise<{ readonly status: number; readonly body: Body }> {
    const form = {
      grant_type: exchange,
      subject_token: subject.access_token ?? '',
      subject_token_type: accessToken,
      resource: stock,
      ...more,
    }
    const response = await fetch(`${server.issuer}/token`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(form),
    })
    return { status: response.status, body: (await response.json()) as Body }
  }

  async function isActive({ server }: Scene, token = ''): Promise<unknown> {
    const { authorization } = await addConfidentialClient(server, [`introspect:${stock}`])
    const body = new URLSearchParams({ token })
    const response = await fetch(`${server.issuer}/introspect`, { method: 'POST', headers: { authorization }, body })
    return ((await response.json()) as { active: unknown }).active
  }

  it('RFC 8693 §2.2, §4.1: what the subject may and the API has, for the same person and session, with the client as actor', async () => {
    const scene = await start()
    const { server, accountId, client, subject } = scene
    server.clock.set(server.clock.now() + 20_000)
    const { status, body } = await ask(scene)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      token_type: 'Bearer',
      issued_token_type: accessToken,
      scope: 'items:read',
      expires_in: 60,
    })
    expect(body).not.toHaveProperty('refresh_token')
    const first = decodeJwt(subject.access_token ?? '')
    const second = decodeJwt(body.access_token ?? '')
    expect(second).toMatchObject({
      ...{ sub: accountId, aud: stock, client_id: client.id, scope: 'items:read', act: { sub: client.id } },
      ...{ sid: first.sid, auth_time: first.auth_time, amr: first.amr },
    })
    expect(second.jti).not.toBe(first.jti)
    expect(await isActive(scene, body.access_token)).toBe(true)
    const acts = await listAuditEvents(server.running.installation.database.read, { limit: 5 })
    expect(acts).toContainEqual(expect.objectContaining({ act: 'token.exchanged', accountId, clientId: client.id }))
  })

  it('it lives no longer than the token that it was exchanged for', async () => {
    const scene = await start()
    const { server } = scene
    server.clock.set(server.clock.now() + 270_000)
    const { body } = await ask(scene)
    expect(Number(body.expires_in)).toBeLessThanOrEqual(30)
    expect(decodeJwt(body.access_token ?? '').exp).toBe(decodeJwt(scene.subject.access_token ?? '').exp)
    server.clock.set(server.clock.now() + 31_000)
    expect((await ask(scene)).body.error).toBe('invalid_request')
  })

  it('never more: a scope that the subject has not, or no scope at all, is refused', async () => {
    const scene = await start()
    for (const scope of ['items:write', 'items:read items:write', 'stock:move']) {
      expect((await ask(scene, { scope })).body.error).toBe('invalid_scope')
    }
    expect((await ask(scene, { resource: orders, scope: 'orders:read' })).body.scope).toBe('orders:read')
    expect((await ask(scene, { resource: 'https://nobody.example.com' })).body.error).toBe('invalid_target')
    await addApi(scene.server, { audience: 'https://other.example.com', scopes: ['other'] })
    expect((await ask(scene, { resource: 'https://other.example.com' })).body.error).toBe('invalid_scope')
  })

  it('a client that the token was neither given to nor is for, or that has not the grant, gets nothing', async () => {
    const scene = await start()
    const stranger = await addConfidentialClient(scene.server, [`introspect:${stock}`], [exchange])
    expect((await ask(scene, {}, stranger.authorization)).body.error).toBe('invalid_request')
    const other = await addConfidentialClient(scene.server, [`introspect:${orders}`])
    expect((await ask(scene, {}, other.authorization)).body.error).toBe('unauthorized_client')
    expect((await ask(scene, {}, 'Basic bm9ib2R5OnNlY3JldA==')).status).toBe(401)
  })

  it.each<[string, Record<string, string>]>([
    ['no subject_token', { subject_token: '' }],
    ['a subject_token that is none', { subject_token: 'abc' }],
    ['a subject_token that is too long', { subject_token: 'a'.repeat(16_385) }],
    ['no type', { subject_token_type: '' }],
    ['another type', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
    ['another requested type', { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['an actor_token', { actor_token: 'abc', actor_token_type: accessToken }],
  ])('RFC 8693 §2.2.2: %s is refused as invalid_request', async (_, more) => {
    expect(await ask(await start(), more)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  it('a factor that the client requires of its people holds at an exchange, too', async () => {
    const scene = await start()
    const described = { type: 'confidential', grants: [exchange], scopes: [`introspect:${orders}`] } as const
    const { id, secret } = await addClient(scene.server, { ...described, requiredFactor: 'mfa' })
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
    expect((await ask(scene, {}, authorization)).body).toMatchObject({ error: 'invalid_target' })
    expect((await ask(scene)).status).toBe(200)
  })

  it('RFC 8693 §4.1: who acted before stands within act, four at most', async () => {
    const scene = await start()
    const both = await addConfidentialClient(scene.server, [`introspect:${orders}`, `introspect:${stock}`], [exchange])
    let subject = scene.subject
    for (let depth = 1; depth <= 4; depth += 1) {
      const { body } = await ask({ ...scene, subject }, {}, depth === 1 ? undefined : both.authorization)
      subject = body
    }
    const by = (act: object) => ({ sub: both.id, act })
    expect(decodeJwt(subject.access_token ?? '').act).toEqual(by(by(by({ sub: scene.client.id }))))
    expect((await ask({ ...scene, subject }, {}, both.authorization)).body.error).toBe('invalid_request')
  })

  it('whatever revokes the subject revokes what was made of it: its session, its account, everything', async () => {
    const scene = await start()
    const { server, accountId } = scene
    const { database } = server.running.installation
    const revokeEverything = () =>
      database.write((tx) =>
        recordRevocations(tx, [{ kind: 'a', moment: tx.now, forgetAt: Math.floor(tx.now / 1000) + 900 }]),
      )
    const acts: readonly ((subject: Body) => Promise<unknown>)[] = [
      (subject) =>
        fetch(`${server.issuer}/logout`, {
          method: 'POST',
          body: new URLSearchParams({ refresh_token: subject.refresh_token ?? '' }),
        }),
      () => database.write((tx) => logOutEverywhere(tx, accountId, 'cli')),
      revokeEverything,
    ]
    for (const act of acts) {
      const subject = await open(server)
      server.clock.set(server.clock.now() + 5000)
      const { body } = await ask({ ...scene, subject })
      expect(await isActive(scene, body.access_token)).toBe(true)
      await act(subject)
      expect(await isActive(scene, body.access_token)).toBe(false)
      expect((await ask({ ...scene, subject })).body.error).toBe('invalid_request')
    }
  })
})
