import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../../testing/database.ts'
import { ADMIN_AUDIENCE } from '../../../domain/apis/admin-api.ts'
import { listAuditEvents } from '../../../domain/audit/list-audit-events.ts'
import { settleDeletions } from '../../../domain/revocation-acts/settle-deletions.ts'

const audience = 'https://api.example.com/v1?x=1'
const path = `/apis/${encodeURIComponent(audience)}`

forEachDatabase('APIs by the Admin API', ({ createUrl }) => {
  let scene: AdminScene
  let token: string
  let operator: string
  beforeAll(async () => {
    scene = await AdminScene.start({
      databaseUrl: await createUrl(),
      isClockRunning: true,
      config: { logLevel: 'warn' },
    })
    const account = await scene.addPermitted('operator', ['apis:read', 'apis:write'])
    operator = `admin:${account.id}`
    token = (await scene.signIn(account.id)).token
  })
  afterAll(() => scene.server.stop())

  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    scene.call(method, path, { token, body, headers })

  test('one is registered, read, changed by who has seen it, and deleted; its audience is free when it is gone', async () => {
    const wanted = {
      ...{ audience, name: 'Orders', scopes: ['orders:read', 'orders:write'], lifetime_seconds: 300 },
      scope_descriptions: { 'orders:read': 'See your orders' },
      permissions: [{ name: 'orders:refund', description: 'Give money back', scope: 'orders:write' }],
    }
    const made = await call('POST', '/apis', wanted)
    expect([made.status, made.headers.get('location')]).toEqual([201, `/admin/api/v1${path}`])
    const shown = { ...wanted, algorithm: 'ES256', required_factor: null, built_in: false }
    expect(made.body).toEqual({ ...shown, created_at: made.body.created_at })
    expect((await call('POST', '/apis', wanted)).body.code).toBe('audience_taken')
    const read = await call('GET', path)
    expect(read.body).toEqual(made.body)
    const match = { 'if-match': read.headers.get('etag') ?? '' }
    expect((await call('PATCH', path, { name: 'Shop' })).status).toBe(428)
    const lost = await call('PATCH', path, { scopes: ['orders:read'] }, match)
    expect([lost.status, lost.body.detail]).toMatchObject([400, expect.stringContaining('orders:write')])
    const change = {
      ...{ name: 'Shop', scopes: ['orders:read', 'orders:write', 'orders:audit'], lifetime_seconds: 60 },
      ...{ scope_descriptions: {}, required_factor: 'mfa' },
      permissions: [{ name: 'orders:close', description: null, scope: null }],
    }
    const changed = await call('PATCH', path, change, match)
    expect([changed.status, changed.body]).toEqual([200, { ...made.body, ...change }])
    expect((await call('PATCH', path, change, match)).status).toBe(412)
    const [event] = await listAuditEvents(scene.database.read, { act: 'api.changed', limit: 1 })
    expect(event).toMatchObject({ actor: operator, detail: { audience, removed: ['orders:refund'] } })

    const deleted = await call('DELETE', `${path}?wait=50ms`)
    expect([deleted.status, deleted.body]).toMatchObject([200, { ended_sessions: 0, confirmation: { of: 0 } }])
    expect((await call('GET', path)).status).toBe(404)
    expect((await call('POST', '/apis', wanted)).body.code).toBe('audience_ending')
    await settleDeletions(scene.database, scene.server.clock.now() + 61_000)
    expect((await call('POST', '/apis', wanted)).status).toBe(201)
  })

  test('the secret of HS256 is shown once; what can’t be is a 400; a key that is too young a 409', async () => {
    const key = { 'idempotency-key': 'once' }
    const shared = { audience: 'urn:shared', algorithm: 'HS256' }
    const made = await call('POST', '/apis', shared, key)
    expect(made.body.secret).toMatch(/^[\w-]{43}$/)
    expect((await call('POST', '/apis', shared, key)).body).toEqual({ ...made.body, secret: null })
    const read = await call('GET', '/apis/urn%3Ashared')
    expect(read.body).not.toHaveProperty('secret')
    const match = { 'if-match': read.headers.get('etag') ?? '' }
    for (const body of [{ algorithm: 'ES256' }, { lifetime_seconds: 0 }, { algorithm: 'none' }, { secret: 'mine' }, {}])
      expect((await call('PATCH', '/apis/urn%3Ashared', body, match)).body.code).toBe('invalid_parameter')
    for (const body of [{ audience: 'no uri' }, { audience: 'urn:a', permissions: [{ name: 'a' }] }, {}])
      expect((await call('POST', '/apis', body)).body.code).toBe('invalid_parameter')
    await call('POST', '/apis', { audience: 'urn:plain' })
    const plain = { 'if-match': (await call('GET', '/apis/urn%3Aplain')).headers.get('etag') ?? '' }
    const early = await call('PATCH', '/apis/urn%3Aplain', { algorithm: 'EdDSA' }, plain)
    expect([early.status, early.body.code]).toEqual([409, 'key_not_everywhere'])
  })

  test('the Admin API is shown, and stays as it is', async () => {
    const own = `/apis/${encodeURIComponent(ADMIN_AUDIENCE)}`
    const read = await call('GET', own)
    expect(read.body).toMatchObject({ audience: ADMIN_AUDIENCE, built_in: true })
    const match = { 'if-match': read.headers.get('etag') ?? '' }
    expect((await call('PATCH', own, { required_factor: null }, match)).body.code).toBe('built_in')
    expect((await call('DELETE', own)).body.code).toBe('built_in')
    const first = await call('GET', '/apis?limit=1')
    const second = await call('GET', `/apis?limit=200&cursor=${first.body.next_cursor}`)
    const audiences = [...first.body.items, ...second.body.items].map((api: { audience: string }) => api.audience)
    expect(audiences).toContain(ADMIN_AUDIENCE)
    expect(audiences).toEqual(audiences.toSorted())
  })
})
