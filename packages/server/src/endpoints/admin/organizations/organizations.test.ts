import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../../testing/database.ts'
import { readOutbox } from '../../../../testing/outbox.ts'
import { listAuditEvents } from '../../../domain/audit/list-audit-events.ts'

forEachDatabase('organizations by the Admin API', ({ createUrl }) => {
  let scene: AdminScene
  let token: string
  let count = 0

  beforeAll(async () => {
    scene = await AdminScene.start({ databaseUrl: await createUrl(), config: { logLevel: 'warn' } })
    token = await scene.signInAdmin()
  })
  afterAll(() => scene.server.stop())

  const fresh = (what: string) => `${what}${++count}`
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    scene.call(method, path, { token, ...(body !== undefined && { body }), headers })
  async function create(): Promise<{ id: string; slug: string; etag: string }> {
    const answer = await call('POST', '/organizations', { name: fresh('Blue Door ') })
    expect(answer.status).toBe(201)
    return { ...answer.body, etag: answer.headers.get('etag') }
  }

  test('one is created, found by id and slug, renamed with the ETag that was read, and its slug is nobody else’s', async () => {
    const { id, slug, etag } = await create()
    expect((await call('GET', `/organizations/${slug}`)).body.id).toBe(id)
    expect((await call('PATCH', `/organizations/${id}`, { name: 'Red' })).status).toBe(428)
    const renamed = await call(
      'PATCH',
      `/organizations/${id}`,
      { name: 'Red', slug: `${slug}-x` },
      { 'if-match': etag },
    )
    expect(renamed.body).toMatchObject({ id, name: 'Red', slug: `${slug}-x`, disabled_at: null })
    expect((await call('PATCH', `/organizations/${id}`, { name: 'Green' }, { 'if-match': etag })).status).toBe(412)
    const taken = await call('POST', '/organizations', { name: 'Other', slug: `${slug}-x` })
    expect([taken.status, taken.body.code]).toEqual([409, 'slug_taken'])
    expect((await call('POST', '/organizations', { name: 'x', slug: 'No Slug' })).body.code).toBe('invalid_parameter')
    expect((await call('GET', '/organizations/nobody')).status).toBe(404)
  })

  test('they are listed a page at a time, each once, also while others are created', async () => {
    const made = [await create(), await create(), await create()]
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await call('GET', `/organizations?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...body.items.map(({ id }: { id: string }) => id))
      if (seen.length === 2) await create()
      cursor = body.next_cursor ?? ''
    } while (cursor !== '')
    expect(new Set(seen).size).toBe(seen.length)
    for (const { id } of made) expect(seen).toContain(id)
  })

  test('members are put, changed and removed; the last owner stays', async () => {
    const { id } = await create()
    const [ada, bob] = [await scene.addAccount(fresh('ada')), await scene.addAccount(fresh('bob'))]
    const at = `/organizations/${id}/members`
    expect((await call('PUT', `${at}/${ada.id}`, { roles: ['owner'] })).status).toBe(200)
    expect((await call('PUT', `${at}/${bob.id}`, { roles: [] })).status).toBe(200)
    const listed = await call('GET', at)
    expect(listed.body.items.map((one: { username: string; roles: string[] }) => [one.username, one.roles])).toEqual(
      expect.arrayContaining([
        [ada.username, ['owner']],
        [bob.username, []],
      ]),
    )
    expect((await call('PUT', `${at}/${ada.id}`, { roles: [] })).body.code).toBe('last_owner')
    expect((await call('DELETE', `${at}/${ada.id}`)).body.code).toBe('last_owner')
    expect((await call('PUT', `${at}/${bob.id}`, { roles: ['owner'] })).status).toBe(200)
    expect((await call('DELETE', `${at}/${ada.id}`)).status).toBe(200)
    expect((await call('DELETE', `${at}/${ada.id}`)).status).toBe(404)
    for (const [role, code] of [
      ['admin', 'unknown_role'],
      ['nobody', 'unknown_role'],
    ])
      expect((await call('PUT', `${at}/${bob.id}`, { roles: [role] })).body.code).toBe(code)
    expect((await call('PUT', `${at}/acc_nobody`, { roles: [] })).status).toBe(404)
    expect((await call('GET', `/accounts/${bob.id}/memberships`)).body.items).toMatchObject([
      { organization_id: id, roles: ['owner'] },
    ])
    const page = await call('GET', `${at}?limit=1`)
    expect([page.body.items.length, page.body.next_cursor]).toEqual([1, null])
  })

  test('an address is invited by mail, once within a minute, and an invitation is taken back', async () => {
    const { id } = await create()
    const at = `/organizations/${id}/invitations`
    const email = `${fresh('eve')}@example.com`
    const headers = { 'idempotency-key': fresh('key') }
    const sent = await call('POST', at, { email, roles: ['owner'], language: 'de' }, headers)
    expect([sent.status, sent.body.roles]).toEqual([201, ['owner']])
    expect((await call('POST', at, { email, roles: ['owner'], language: 'de' }, headers)).body).toEqual(sent.body)
    expect(JSON.stringify(sent.body)).not.toContain('secret')
    const { sealer } = scene.server.running.installation
    const mails = (await readOutbox({ read: scene.database.read, sealer })).filter(
      ({ recipient }) => recipient === email,
    )
    expect(mails.map(({ language }) => language)).toEqual(['de'])
    expect((await call('POST', at, { email })).body.code).toBe('too_soon')
    expect((await call('GET', at)).body.items).toEqual([sent.body])
    const { id: other } = await create()
    expect((await call('DELETE', `/organizations/${other}/invitations/${sent.body.id}`)).status).toBe(404)
    expect((await call('DELETE', `${at}/${sent.body.id}`)).status).toBe(204)
    expect((await call('DELETE', `${at}/${sent.body.id}`)).status).toBe(404)
    expect((await call('GET', at)).body.items).toEqual([])
  })

  test('a disabled one lets nobody join or act, an enabled one does, a deleted one is gone with all that hung on it', async () => {
    const { id } = await create()
    const bob = await scene.addAccount(fresh('bob'))
    await call('PUT', `/organizations/${id}/members/${bob.id}`, { roles: [] })
    expect((await call('POST', `/organizations/${id}/disable?wait=10ms`)).status).toBe(200)
    expect((await call('GET', `/organizations/${id}`)).body.disabled_at).not.toBeNull()
    const invited = await call('POST', `/organizations/${id}/invitations`, { email: 'x@example.com' })
    expect([invited.status, invited.body.code]).toEqual([409, 'organization_disabled'])
    expect((await call('POST', `/organizations/${id}/enable`)).body.disabled_at).toBeNull()
    expect((await call('DELETE', `/organizations/${id}`, undefined, { 'if-match': '"other"' })).status).toBe(412)
    expect((await call('DELETE', `/organizations/${id}`)).status).toBe(200)
    expect((await call('GET', `/organizations/${id}`)).status).toBe(404)
    expect((await call('GET', `/accounts/${bob.id}/memberships`)).body.items).toEqual([])
    const [event] = await listAuditEvents(scene.database.read, { limit: 1, act: 'organization.deleted' })
    expect(event?.actor).toMatch(/^admin:/)
  })
})
