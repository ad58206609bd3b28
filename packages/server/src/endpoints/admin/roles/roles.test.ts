import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../../testing/database.ts'
import { addApi } from '../../../../testing/test-server.ts'
import { ADMIN_AUDIENCE } from '../../../domain/apis/admin-api.ts'
import { listAuditEvents } from '../../../domain/audit/list-audit-events.ts'

const audience = 'https://api.example.com'

forEachDatabase('roles by the Admin API', ({ createUrl }) => {
  let scene: AdminScene
  let token: string
  let count = 0

  beforeAll(async () => {
    scene = await AdminScene.start({ databaseUrl: await createUrl(), config: { logLevel: 'warn' } })
    await addApi(scene.server, { audience, permissions: ['orders:read', 'orders:refund'] })
    token = await scene.signInAdmin()
  })
  afterAll(() => scene.server.stop())

  const fresh = () => `role${++count}`
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    scene.call(method, path, { token, ...(body !== undefined && { body }), headers })
  const any = { 'if-match': '*' }
  const orders = (permission: string) => ({ audience, permission })

  test('one is declared with what it permits, and is listed by name', async () => {
    const name = fresh()
    const created = await call('POST', '/roles', {
      name,
      description: 'Gives money back',
      permissions: [orders('orders:refund')],
    })
    expect([created.status, created.headers.get('location')]).toEqual([
      201,
      `${scene.server.issuer}/admin/api/v1/roles/${name}`,
    ])
    expect(created.body).toMatchObject({
      ...{ name, description: 'Gives money back', is_for_organizations: false, is_built_in: false },
      permissions: [{ audience, permission: 'orders:refund' }],
    })
    expect((await call('GET', `/roles/${name}`)).headers.get('etag')).toBe(created.headers.get('etag'))
    const first = await call('GET', '/roles?limit=1')
    expect(first.body.items.map((role: { name: string }) => role.name)).toEqual(['admin'])
    const second = await call('GET', `/roles?limit=1&cursor=${first.body.next_cursor}`)
    expect(second.body.items.map((role: { name: string }) => role.name)).toEqual(['owner'])
    const ofOrganizations = await call('GET', '/roles?is_for_organizations=true')
    expect(
      ofOrganizations.body.items.every((role: { is_for_organizations: boolean }) => role.is_for_organizations),
    ).toBe(true)
    const again = await call('POST', '/roles', { name })
    expect([again.status, again.body.code]).toEqual([409, 'role_taken'])
  })

  test('the role admin permits everything at the Admin API, and stays', async () => {
    const { body } = await call('GET', '/roles/admin')
    expect(body.permissions).toHaveLength(23)
    for (const change of [{ permissions: [] }, { description: 'Mine' }])
      expect((await call('PATCH', '/roles/admin', change, any)).body.code).toBe('built_in_role')
    expect((await call('DELETE', '/roles/admin')).body.code).toBe('built_in_role')
    expect((await call('DELETE', '/roles/owner')).body.code).toBe('built_in_role')
    const required = await call('PATCH', '/roles/admin', { required_factor: 'mfa' }, any)
    expect([required.status, required.body.required_factor]).toEqual([200, 'mfa'])
    // What was proved before is not enough any more: tokens of before are refused.
    expect((await call('PATCH', '/roles/admin', { required_factor: null }, any)).status).toBe(401)
    token = await scene.signInAdmin(fresh())
    const lifted = await call('PATCH', '/roles/admin', { required_factor: null }, any)
    expect([lifted.status, lifted.body.required_factor]).toEqual([200, null])
  })

  test('what it permits is replaced, and what is taken away outdates the tokens of its accounts', async () => {
    const name = fresh()
    const { headers } = await call('POST', '/roles', { name, permissions: [orders('orders:read')] })
    const changed = await call(
      'PATCH',
      `/roles/${name}`,
      { permissions: [orders('orders:refund')] },
      { 'if-match': headers.get('etag') ?? '' },
    )
    expect(changed.body.permissions).toEqual([orders('orders:refund')])
    expect((await call('PATCH', `/roles/${name}`, {}, { 'if-match': headers.get('etag') ?? '' })).status).toBe(412)
    expect((await call('PATCH', `/roles/${name}`, { permissions: [] })).status).toBe(428)
    const account = await scene.addAccount(fresh(), [name])
    const { token: own } = await scene.signIn(account.id)
    const before = await scene.call('GET', '/accounts', { token: own })
    expect(before.status).toBe(403)
    await call('PATCH', `/roles/${name}`, { permissions: [] }, any)
    expect((await scene.call('GET', '/accounts', { token: own })).status).toBe(401)
  })

  test.each<[string, object, number, string]>([
    ['a permission that the API does not declare', { permissions: [orders('orders:fly')] }, 400, 'unknown_permission'],
    ['an API that is not there', { permissions: [{ audience: 'urn:x', permission: 'a' }] }, 400, 'unknown_audience'],
    ['a name that is none', { name: 'a b' }, 400, 'invalid_parameter'],
    [
      'a permission of the Admin API for organizations',
      { is_for_organizations: true, permissions: [{ audience: ADMIN_AUDIENCE, permission: 'accounts:read' }] },
      400,
      'not_for_organizations',
    ],
    [
      'a member that is not known',
      { permissions: [{ ...orders('orders:read'), all: true }] },
      400,
      'invalid_parameter',
    ],
  ])('%s is refused, and nothing is declared', async (_, more, status, code) => {
    const name = fresh()
    const answer = await call('POST', '/roles', { name, ...more })
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect((await call('GET', `/roles/${name}`)).status).toBe(404)
  })

  test('nobody has a role permit what they may not do, nor changes one that permits more', async () => {
    const clerk = await scene.addPermitted(fresh(), ['roles:read', 'roles:write'])
    const { token: own } = await scene.signIn(clerk.id)
    const [strong, mine] = [fresh(), fresh()]
    await call('POST', '/roles', {
      name: strong,
      permissions: [{ audience: ADMIN_AUDIENCE, permission: 'clients:write' }],
    })
    const send = (method: string, path: string, body?: object) =>
      scene.call(method, path, { token: own, ...(body && { body }), headers: any })
    const permissions = [{ audience: ADMIN_AUDIENCE, permission: 'clients:write' }]
    const attempts = [
      await send('POST', '/roles', { name: mine, permissions }),
      await send('PATCH', `/roles/role-of-${clerk.username}`, { permissions }),
      await send('PATCH', `/roles/${strong}`, { permissions: [] }),
      await send('PATCH', `/roles/${strong}`, { description: 'Mine' }),
      await send('DELETE', `/roles/${strong}`),
      await send('PATCH', '/roles/admin', { required_factor: null }),
    ]
    expect(attempts.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      attempts.map(() => '403 privilege_exceeded'),
    )
    expect((await send('POST', '/roles', { name: mine, permissions: [orders('orders:refund')] })).status).toBe(201)
  })

  test('one that is deleted is taken from everybody, and its tokens are refused', async () => {
    const account = await scene.addPermitted(fresh(), ['accounts:read'])
    const { token: own } = await scene.signIn(account.id)
    expect((await scene.call('GET', '/accounts', { token: own })).status).toBe(200)
    const deleted = await call('DELETE', `/roles/role-of-${account.username}?wait=10ms`)
    expect([deleted.status, deleted.body.of]).toEqual([200, 0])
    expect((await scene.call('GET', '/accounts', { token: own })).status).toBe(401)
    expect((await call('GET', `/accounts/${account.id}`)).body.roles).toEqual([])
    const [event] = await listAuditEvents(scene.database.read, { limit: 1, act: 'role.deleted' })
    expect([event?.actor.startsWith('admin:'), event?.detail.role]).toEqual([true, `role-of-${account.username}`])
  })
})
