import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../../testing/database.ts'
import { postForm } from '../../../../testing/revoking.ts'
import { addApi } from '../../../../testing/test-server.ts'
import { listAuditEvents } from '../../../domain/audit/list-audit-events.ts'
import { parseClientDocument } from '../../../domain/client-documents/parse-client-document.ts'
import { createClient } from '../../../domain/clients/create-client.ts'

const audience = 'https://api.example.com'

forEachDatabase('clients by the Admin API', ({ createUrl }) => {
  let scene: AdminScene
  let token: string
  let operator: string
  beforeAll(async () => {
    scene = await AdminScene.start({
      databaseUrl: await createUrl(),
      isClockRunning: true,
      config: { logLevel: 'warn' },
    })
    await addApi(scene.server, { audience, scopes: ['orders:read'] })
    const account = await scene.addPermitted('operator', ['clients:read', 'clients:write', 'revocations:write'])
    operator = `admin:${account.id}`
    token = (await scene.signIn(account.id)).token
  })
  afterAll(() => scene.server.stop())

  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    scene.call(method, path, { token, body, headers })

  const confidential = { name: 'Import', type: 'confidential', grants: ['client_credentials'], scopes: ['orders:read'] }

  async function isSecretGood(id: string, secret: string): Promise<boolean> {
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
    const form = { grant_type: 'client_credentials', resource: audience }
    return (await postForm(`${scene.server.issuer}/token`, form, authorization)).status === 200
  }

  test('one is registered once for its Idempotency-Key, its secret is shown once, and what was made is found and read', async () => {
    const key = { 'idempotency-key': 'once' }
    const made = await call('POST', '/clients', confidential, key)
    const { client_secret: secret, ...shown } = made.body
    expect([made.status, made.headers.get('location')]).toEqual([201, `/admin/api/v1/clients/${shown.id}`])
    expect(shown).toMatchObject({
      ...confidential,
      ...{ origin: 'operator', token_endpoint_auth_method: 'client_secret_basic', idle_seconds: 30 * 86_400 },
      ...{ jwks: null, required_factor: null, previous_secret_until: null, secret_created_at: shown.created_at },
    })
    expect(await isSecretGood(shown.id, secret)).toBe(true)
    const again = await call('POST', '/clients', confidential, key)
    expect([again.status, again.body]).toEqual([201, { ...shown, client_secret: null }])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect((await call('POST', '/clients', { ...confidential, name: 'Other' }, key)).status).toBe(422)
    const read = await call('GET', `/clients/${shown.id}`)
    expect(read.body).toEqual(shown)
    expect(JSON.stringify(read.body)).not.toContain(secret)
    for (const query of ['q=Imp', `q=${shown.id.slice(0, 12)}`, 'type=confidential&origin=operator'])
      expect((await call('GET', `/clients?${query}`)).body.items).toContainEqual(shown)
    const [event] = await listAuditEvents(scene.database.read, { act: 'client.created', limit: 1 })
    expect(event).toMatchObject({ actor: operator, clientId: shown.id })
  })

  test('a public client has no secret; what can’t be is a 400 that says what', async () => {
    const made = await call('POST', '/clients', { name: 'App', type: 'public', redirect_uris: ['com.example:/cb'] })
    expect(made.status).toBe(201)
    expect(made.body).not.toHaveProperty('client_secret')
    expect(made.body.grants).toEqual(['authorization_code', 'refresh_token'])
    const detailOf = async (body: object) => (await call('POST', '/clients', body)).body.detail
    expect(await detailOf({ name: 'App', type: 'public', redirect_uris: ['http://example.com/cb'] })).toContain('https')
    expect(await detailOf({ name: 'App', type: 'secret' })).toContain('"type"')
    expect(await detailOf({ name: 'App', type: 'public', client_secret: 'mine' })).toContain('Known: name, type')
    expect(await detailOf({ type: 'public' })).toContain('"name" is missing')
  })

  test('it is changed by who has seen what stands there: null takes away, lists replace, and nothing else changes', async () => {
    const { body: made } = await call('POST', '/clients', { ...confidential, required_factor: 'mfa' })
    const { client_secret: _, ...before } = made
    const path = `/clients/${made.id}`
    const etag = (await call('GET', path)).headers.get('etag') ?? ''
    expect((await call('PATCH', path, { name: 'New' })).status).toBe(428)
    const change = { name: 'New', required_factor: null, scopes: [], lifetime_seconds: 86_400, idle_seconds: 3600 }
    const changed = await call('PATCH', path, change, { 'if-match': etag })
    expect([changed.status, changed.body]).toEqual([200, { ...before, ...change }])
    expect(changed.headers.get('etag')).toBe((await call('GET', path)).headers.get('etag'))
    const stale = await call('PATCH', path, { name: 'Newer' }, { 'if-match': etag })
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    const current = { 'if-match': changed.headers.get('etag') ?? '' }
    expect((await call('PATCH', path, {}, current)).status).toBe(400)
    expect((await call('PATCH', path, { idle_seconds: 90_000 }, current)).body.code).toBe('invalid_parameter')
    expect((await call('PATCH', '/clients/cli_nobody', { name: 'New' }, current)).status).toBe(404)
    const console = (await call('GET', '/clients/console')).headers.get('etag') ?? ''
    const refused = await call('PATCH', '/clients/console', { name: 'Mine' }, { 'if-match': console })
    expect([refused.status, refused.body.code]).toEqual([409, 'built_in'])
    const [event] = await listAuditEvents(scene.database.read, { act: 'client.changed', limit: 1 })
    expect(event).toMatchObject({ actor: operator, clientId: made.id })
  })

  test('another algorithm of ID tokens waits until everybody can have its key, and says until when', async () => {
    const { body: made } = await call('POST', '/clients', confidential)
    const path = `/clients/${made.id}`
    const match = { 'if-match': (await call('GET', path)).headers.get('etag') ?? '' }
    const early = await call('PATCH', path, { id_token_signed_response_alg: 'RS256' }, match)
    expect([early.status, early.body.code]).toEqual([409, 'key_not_everywhere'])
    expect(Date.parse(early.body.ready_at)).toBeGreaterThan(scene.server.clock.now())
  })

  test('its secret is rotated with an overlap, once for a key, or at once; the one before can be ended', async () => {
    const { body: made } = await call('POST', '/clients', confidential)
    const path = `/clients/${made.id}/secret`
    const key = { 'idempotency-key': 'rotate' }
    const rotated = await call('POST', path, { overlap: '7d' }, key)
    expect(rotated.body.previous_secret_until).toMatch(/Z$/)
    expect((await call('POST', path, { overlap: '7d' }, key)).body).toEqual({ ...rotated.body, client_secret: null })
    const second = rotated.body.client_secret
    expect(await Promise.all([made.client_secret, second].map((one) => isSecretGood(made.id, one)))).toEqual([
      true,
      true,
    ])
    expect((await call('DELETE', `${path}/previous`)).body).toEqual({ ended: true })
    expect((await call('DELETE', `${path}/previous`)).body).toEqual({ ended: false })
    expect(await Promise.all([made.client_secret, second].map((one) => isSecretGood(made.id, one)))).toEqual([
      false,
      true,
    ])
    const leaked = await call('POST', path, { overlap: '0' })
    expect(leaked.body.previous_secret_until).toBeNull()
    expect(await isSecretGood(made.id, second)).toBe(false)
    expect((await call('POST', path, { overlap: '31d' })).body.code).toBe('invalid_parameter')
    const { body: app } = await call('POST', '/clients', { name: 'App', type: 'public' })
    const refused = await call('POST', `/clients/${app.id}/secret`, {})
    expect([refused.status, refused.body.code]).toEqual([409, 'no_secret'])
    expect((await call('POST', '/clients/cli_nobody/secret', {})).status).toBe(404)
  })

  test('nobody gets by a client what they may not do: a scope of the Admin API, or a secret, keys and addresses of one that has it', async () => {
    const wanted = { ...confidential, scopes: ['orders:read', 'accounts:write'] }
    const refused = await call('POST', '/clients', wanted)
    expect([refused.status, refused.body]).toMatchObject([
      403,
      { code: 'privilege_exceeded', missing: ['accounts:write'] },
    ])
    const root = await scene.signInAdmin()
    const { body: powerful } = await scene.call('POST', '/clients', { token: root, body: wanted })
    const path = `/clients/${powerful.id}`
    const match = { 'if-match': (await call('GET', path)).headers.get('etag') ?? '' }
    for (const [method, below, body] of [
      ['POST', '/secret', {}],
      ['PATCH', '', { redirect_uris: ['https://evil.example/cb'] }],
      ['PATCH', '', { jwks_uri: 'https://evil.example/jwks' }],
    ] as const) {
      const answer = await call(method, path + below, body, match)
      expect([answer.status, answer.body.missing]).toEqual([403, ['accounts:write']])
    }
    expect(await isSecretGood(powerful.id, powerful.client_secret)).toBe(true)
    const program = await scene.grantClient(['clients:write'])
    const byProgram = await scene.call('POST', '/clients', { token: program, body: wanted })
    expect([byProgram.status, byProgram.body.missing]).toEqual([403, ['accounts:write']])
    expect((await call('DELETE', path)).status).toBe(200)
  })

  test('who may revoke, and no more, makes no client that takes roles and replaces keys at POST /revocations', async () => {
    const { id } = await scene.addPermitted('revoker', ['clients:write', 'revocations:write'])
    const { token: weak } = await scene.signIn(id)
    const wanted = { ...confidential, scopes: ['revocations:write'] }
    const refused = await scene.call('POST', '/clients', { token: weak, body: wanted })
    expect([refused.status, refused.body.code]).toEqual([403, 'privilege_exceeded'])
    expect(refused.body.missing).toEqual(expect.arrayContaining(['keys:write', 'roles:write']))
    const root = await scene.signInAdmin('root-of-revocations')
    expect((await scene.call('POST', '/clients', { token: root, body: wanted })).status).toBe(201)
  })

  test('everything of it is revoked, and it is deleted for good, each with the word of the feed', async () => {
    const { body: made } = await call('POST', '/clients', confidential)
    const path = `/clients/${made.id}`
    const revoked = await call('POST', `${path}/revoke?wait=100ms`)
    expect([revoked.status, revoked.body]).toMatchObject([200, { confirmed: 0, of: 0, missing: [] }])
    expect(await isSecretGood(made.id, made.client_secret)).toBe(true)
    expect((await call('DELETE', `${path}?wait=soon`)).status).toBe(400)
    expect((await call('DELETE', path, undefined, { 'if-match': '"other"' })).status).toBe(412)
    const deleted = await call('DELETE', path)
    expect([deleted.status, deleted.body]).toMatchObject([200, { ended_sessions: 0, revoked_api_keys: 0 }])
    expect(deleted.body.confirmation.seq).toBeGreaterThan(revoked.body.seq)
    expect(await isSecretGood(made.id, made.client_secret)).toBe(false)
    expect((await call('GET', path)).status).toBe(404)
    expect((await call('DELETE', path)).status).toBe(404)
    expect((await call('DELETE', '/clients/console')).body.code).toBe('built_in')
    const [event] = await listAuditEvents(scene.database.read, { act: 'client.deleted', limit: 1 })
    expect(event).toMatchObject({ actor: operator, clientId: made.id, detail: { name: 'Import' } })
  })

  test('a client or an API of many scopes, by a document or a command, is in the list like any other', async () => {
    const scopes = Array.from({ length: 300 }, (_, number) => `many:${number}`)
    const id = 'https://agent.example/client.json'
    const document = { client_id: id, redirect_uris: ['https://agent.example/cb'], scope: scopes.join(' ') }
    const parsed = parseClientDocument(new URL(id), Buffer.from(JSON.stringify(document)))
    if (!parsed.ok) throw new Error(parsed.sentence)
    await scene.database.write((tx) => createClient(tx, parsed.client, 'system', { id }))
    const listed = await call('GET', '/clients')
    expect([listed.status, listed.body.items[0]?.scopes.length]).toEqual([200, 300])
    const audience = 'https://many.example.com'
    const words = '\u{1f4e6}'.repeat(128)
    await addApi(scene.server, { audience, scopes, scopeDescriptions: [`many:0=${words}`] })
    const { token: root } = await scene.signIn((await scene.addAccount('reader', ['admin'])).id)
    const path = `/apis/${encodeURIComponent(audience)}`
    const read = await scene.call('GET', path, { token: root })
    expect([read.status, read.body.scopes?.length, read.body.scope_descriptions]).toEqual([
      200,
      300,
      { 'many:0': words },
    ])
  })

  test('pages hold each client once, the latest first, whatever is registered meanwhile', async () => {
    for (let count = 0; count < 3; count += 1)
      await call('POST', '/clients', { name: `Paged ${count}`, type: 'public' })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await call('GET', `/clients?q=Paged&limit=1${cursor && `&cursor=${cursor}`}`)
      seen.push(...body.items.map(({ name }: { name: string }) => name))
      cursor = body.next_cursor
      await call('POST', '/clients', { name: 'Paged too', type: 'public' })
    }
    expect(seen.toSorted()).toEqual(['Paged 0', 'Paged 1', 'Paged 2'])
    expect((await call('GET', '/clients?cursor=e30')).body.code).toBe('invalid_parameter')
    expect((await call('GET', '/clients?color=red')).body.detail).toContain('Known: q, type, origin')
  })
})
