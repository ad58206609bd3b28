import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addConfidentialClient, postForm, postJson, type TestClient } from '../../../testing/revoking.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { giveRole } from '../../domain/revocation-acts/change-roles.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'

forEachDatabase('revocation and introspection', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  interface Scene {
    readonly server: TestServer
    readonly account: string
    readonly api: TestClient
    readonly admin: TestClient
    takeToken(): Promise<string>
    introspect(token: string): Promise<Record<string, unknown>>
    revoke(body: object, query?: string): Promise<Response>
  }

  async function start(algorithm = 'ES256'): Promise<Scene> {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    const account = await addAccount(server, 'ada', password)
    await addApi(server, { audience, algorithm })
    const api = await addConfidentialClient(server, [`introspect:${audience}`])
    const admin = await addConfidentialClient(server, ['revocations:write'])
    return {
      server,
      account,
      api,
      admin,
      async takeToken() {
        const answer = await logIn(server, { username: 'ada', password, audience })
        expect(answer.status).toBe(200)
        return ((await answer.json()) as { access_token: string }).access_token
      },
      async introspect(token) {
        const answer = await postForm(`${server.issuer}/introspect`, { token }, api.authorization)
        expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
        return (await answer.json()) as Record<string, unknown>
      },
      revoke: (body, query = '') => postJson(`${server.issuer}/revocations${query}`, body, admin.authorization),
    }
  }

  const acts = async ({ server }: Scene) =>
    (await listAuditEvents(server.running.installation.database.read, { limit: 1000 })).map(({ act }) => act)

  it.each(['ES256', 'HS256'])('RFC 7662 §2.2: a good token is active, with its claims (%s)', async (algorithm) => {
    const scene = await start(algorithm)
    const token = await scene.takeToken()
    expect(await scene.introspect(token)).toEqual({ active: true, token_type: 'Bearer', ...decodeJwt(token) })
  })

  it('RFC 7662 §2.1: only an authenticated confidential client may ask, and only for tokens of its audience', async () => {
    const scene = await start()
    const token = await scene.takeToken()
    const url = `${scene.server.issuer}/introspect`
    for (const [form, authorization] of [
      [{ token }, undefined],
      [{ token, client_id: 'ostiary' }, undefined],
      [{ token, client_id: scene.api.id, client_secret: 'wrong' }, undefined],
      [{ token }, `Basic ${Buffer.from(`${scene.api.id}:wrong`).toString('base64')}`],
    ] as const) {
      const answer = await postForm(url, form, authorization)
      expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_client' }])
    }
    expect(await (await postForm(url, { token }, scene.admin.authorization)).json()).toEqual({ active: false })
    expect((await postForm(url, {}, scene.api.authorization)).status).toBe(400)
    const byPost = { token, client_id: scene.api.id, client_secret: scene.api.secret }
    expect(await (await postForm(url, byPost)).json()).toMatchObject({ active: true })
  })

  it('RFC 7662 §2.2: whatever is not good is inactive, and nothing else is said', async () => {
    const scene = await start()
    const token = await scene.takeToken()
    const [header, payload, signature = ''] = token.split('.')
    const forged = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    for (const bad of ['x', forged, `${header}.${payload}.`])
      expect(await scene.introspect(bad)).toEqual({ active: false })
    scene.server.clock.set(scene.server.clock.now() + 600_000)
    expect(await scene.introspect(token)).toEqual({ active: false })
  })

  it.each([
    ['session', 'session.ended', (token: string) => ({ session: decodeJwt(token).sid })],
    ['account', 'account.logged_out', (token: string) => ({ account: decodeJwt(token).sub })],
    ['token', 'token.revoked', (token: string) => ({ token })],
    ['client', 'client.revoked', () => ({ client: 'ostiary' })],
    ['key', 'signing_key.compromised', (token: string) => ({ key: decodeProtectedHeader(token).kid })],
    ['everything', 'everything.revoked', () => ({ everything: true })],
  ] as const)(
    '%s revoked: the token is refused, it is audited, and a login in the same millisecond works',
    async (...row) => {
      const [, act, target] = row
      const scene = await start()
      const token = await scene.takeToken()
      const answer = await scene.revoke(target(token))
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { seq: expect.any(Number), confirmed: 0, of: 0, slowest_ms: null, missing: [] },
      ])
      expect(await scene.introspect(token)).toEqual({ active: false })
      expect(await acts(scene)).toContain(act)
      // The clock stands still: the very same millisecond.
      const next = await scene.takeToken()
      expect(await scene.introspect(next)).toMatchObject({ active: true })
    },
  )

  it('a compromised key: out of the JWKS at once, its private half erased, another one signs', async () => {
    const scene = await start()
    const { kid } = decodeProtectedHeader(await scene.takeToken())
    expect((await scene.revoke({ key: kid })).status).toBe(200)
    expect(await (await fetch(`${scene.server.issuer}/.well-known/jwks.json`)).text()).not.toContain(kid)
    const { database } = scene.server.running.installation
    const keys = database.read.withTables<{
      signing_key: { kid: string; state: string; sealed_private_key: string | null }
    }>()
    const rows = await keys.selectFrom('signing_key').selectAll().execute()
    expect(rows.find((row) => row.kid === kid)).toMatchObject({ state: 'retired', sealed_private_key: null })
    expect(rows.filter(({ state }) => state === 'active')).toHaveLength(1)
    expect(decodeProtectedHeader(await scene.takeToken()).kid).not.toBe(kid)
  })

  it('a role that was removed, a disabled account: the token is inactive', async () => {
    const scene = await start()
    const { database } = scene.server.running.installation
    const outdated = await scene.takeToken()
    await giveRole(database, { accountId: scene.account, role: 'admin', actor: 'cli' })
    expect(await scene.introspect(outdated)).toEqual({ active: false })
    const token = await scene.takeToken()
    expect(await scene.introspect(token)).toMatchObject({ active: true })
    await database.write((tx) => disableAccount(tx, scene.account, 'cli'))
    expect(await scene.introspect(token)).toEqual({ active: false })
    expect(await acts(scene)).toContain('account.role_added')
  })

  it('POST /revocations: a role that is removed outdates the tokens before it, and nobody logs in again', async () => {
    const scene = await start()
    const { database } = scene.server.running.installation
    const { account } = scene
    await giveRole(database, { accountId: account, role: 'admin', actor: 'cli' })
    // The last administrator would keep the role.
    const otherId = await addAccount(scene.server, 'other', 'a quiet evening by the sea')
    await giveRole(database, { accountId: otherId, role: 'admin', actor: 'cli' })
    const token = await scene.takeToken()
    expect((await scene.revoke({ account, remove_role: 'admin' })).status).toBe(200)
    expect(await scene.introspect(token)).toEqual({ active: false })
    const log = await (await fetch(`${scene.server.issuer}/revocation-feed/log?after=0`)).text()
    expect(JSON.parse(log.split('\n').at(-3) ?? '')).toMatchObject({ k: 'r' })
    expect((await getAccount(database.read, account)).roles).toEqual([])
    const events = await listAuditEvents(database.read, { limit: 1000 })
    expect(events.find(({ act }) => act === 'account.role_removed')?.actor).toBe(`client:${scene.admin.id}`)
    // It isn't there any more: nothing to revoke, and no error.
    const again = await scene.revoke({ account, remove_role: 'admin' })
    expect(await again.json()).toMatchObject({ seq: expect.any(Number) })
    expect((await scene.revoke({ account: 'nobody', remove_role: 'admin' })).status).toBe(404)
  })

  it('POST /revocations: wrong requests, and who may not', async () => {
    const scene = await start()
    for (const body of [
      {},
      { session: 'a', token: 'b' },
      { everything: false },
      { other: 'x' },
      { session: 1 },
      { session: 'a\0b' },
      { account: '\ud800' },
      { remove_role: 'admin' },
      { session: 'a', remove_role: 'admin' },
      { account: 'a', remove_role: 'two words' },
    ])
      expect((await scene.revoke(body)).status, JSON.stringify(body)).toBe(400)
    expect((await scene.revoke({ everything: true }, '?wait=31s')).status).toBe(400)
    for (const body of [{ session: 'a' }, { account: 'a' }, { token: 'a' }, { client: 'a' }, { key: 'a' }])
      expect((await scene.revoke(body)).status, JSON.stringify(body)).toBe(404)
    const url = `${scene.server.issuer}/revocations`
    expect((await postJson(url, { everything: true })).status).toBe(401)
    expect((await postJson(url, { everything: true }, scene.api.authorization)).status).toBe(403)
    expect(await acts(scene)).not.toContain('everything.revoked')
  })

  it('RFC 7009 §2: a client revokes its own access token, and 200 is answered for what is none', async () => {
    const scene = await start()
    const url = `${scene.server.issuer}/revoke`
    const token = await scene.takeToken()
    for (const answer of [
      await postForm(url, { token }, scene.api.authorization),
      await postForm(url, { token: 'x', client_id: 'ostiary' }),
    ])
      expect(answer.status).toBe(200)
    // §2.1: it was issued to another client.
    expect(await scene.introspect(token)).toMatchObject({ active: true })
    expect((await postForm(url, { token })).status).toBe(401)
    expect((await postForm(url, { client_id: 'ostiary' })).status).toBe(400)
    const answer = await postForm(url, { token, client_id: 'ostiary', token_type_hint: 'refresh_token' })
    expect([answer.status, await answer.text(), answer.headers.get('access-control-allow-origin')]).toEqual([
      200,
      '',
      '*',
    ])
    expect(await scene.introspect(token)).toEqual({ active: false })
    const log = await (await fetch(`${scene.server.issuer}/revocation-feed/log?after=0`)).text()
    expect(JSON.parse(log.split('\n')[0] ?? '')).toMatchObject({ k: 'j', x: (decodeJwt(token).exp ?? 0) + 301 })
  })

  it('RFC 7009: revoking a token again is no error, and writes nothing more', async () => {
    const scene = await start()
    const url = `${scene.server.issuer}/revoke`
    const token = await scene.takeToken()
    for (let time = 0; time < 3; time += 1)
      expect((await postForm(url, { token, client_id: 'ostiary' })).status).toBe(200)
    const log = await (await fetch(`${scene.server.issuer}/revocation-feed/log?after=0`)).text()
    expect(log.split('\n').filter((line) => line.startsWith('{'))).toHaveLength(1)
    expect((await acts(scene)).filter((act) => act === 'token.revoked')).toHaveLength(1)
  })

  it('a client that stands for no API can’t confirm', async () => {
    const scene = await start()
    const ack = `${scene.server.issuer}/revocation-feed/ack`
    expect((await postJson(ack, { guard: 'a', seq: 0 }, scene.admin.authorization)).status).toBe(403)
  })

  it('guards that acknowledge: who confirmed, how fast, who is missing', async () => {
    const scene = await start()
    const ack = `${scene.server.issuer}/revocation-feed/ack`
    const acknowledge = (guard: string, seq: number) => postJson(ack, { guard, seq }, scene.api.authorization)
    expect((await postJson(ack, { guard: 'a', seq: 0 })).status).toBe(401)
    for (const body of [
      { guard: 'ä', seq: 0 },
      { guard: 'a', seq: -1 },
      { guard: 'a', seq: '0' },
      { guard: 'a'.repeat(65), seq: 0 },
    ])
      expect((await postJson(ack, body, scene.api.authorization)).status).toBe(400)
    expect((await acknowledge('orders-1', 0)).status).toBe(204)
    await acknowledge('orders-2', 0)
    // Of a history that this database never had.
    await acknowledge('orders-3', 99)
    const revoking = scene.revoke({ everything: true }, '?wait=20s')
    await expect
      .poll(async () => (await fetch(`${scene.server.issuer}/metrics`)).text())
      .toContain('ostiary_feed_guard_lag_records 1')
    await acknowledge('orders-1', 1)
    await acknowledge('orders-2', 1)
    const all = (await (await revoking).json()) as { slowest_ms: number }
    expect(all).toEqual({ seq: 1, confirmed: 2, of: 2, slowest_ms: expect.any(Number), missing: [] })
    const some = await (await scene.revoke({ everything: true }, '?wait=50ms')).json()
    expect(some).toMatchObject({ seq: 2, confirmed: 0, of: 2, slowest_ms: null, missing: ['orders-1', 'orders-2'] })
    scene.server.clock.set(scene.server.clock.now() + 15_001)
    expect(await (await scene.revoke({ everything: true })).json()).toMatchObject({ of: 0 })
  })
})
