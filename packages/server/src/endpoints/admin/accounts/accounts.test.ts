import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AdminScene } from '../../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../../testing/database.ts'
import { readCode } from '../../../../testing/outbox.ts'
import { logIn } from '../../../../testing/test-server.ts'
import { Visitor } from '../../../../testing/visitor.ts'
import { adminPermissionNames } from '../../../domain/apis/admin-api.ts'
import { listAuditEvents } from '../../../domain/audit/list-audit-events.ts'
import { findPassword } from '../../../domain/credentials/find-password.ts'

const password = 'a long walk along the river'

forEachDatabase('accounts by the Admin API', ({ createUrl }) => {
  let scene: AdminScene
  let token: string
  let count = 0

  beforeAll(async () => {
    scene = await AdminScene.start({ databaseUrl: await createUrl(), config: { logLevel: 'warn' } })
    token = await scene.signInAdmin()
  })
  afterAll(() => scene.server.stop())

  const fresh = (name = 'person') => `${name}${++count}`
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    scene.call(method, path, { token, ...(body !== undefined && { body }), headers })

  async function create(more: object = {}): Promise<{ id: string; username: string; etag: string }> {
    const answer = await call('POST', '/accounts', { username: fresh(), ...more })
    expect([answer.status, answer.body.code]).toEqual([201, undefined])
    return { ...answer.body, etag: answer.headers.get('etag') }
  }
  /** With the ETag of now. */
  async function change(id: string, body: object) {
    const etag = (await call('GET', `/accounts/${id}`)).headers.get('etag') ?? ''
    return call('PATCH', `/accounts/${id}`, body, { 'if-match': etag })
  }
  const actsOf = async (accountId: string) =>
    (await listAuditEvents(scene.database.read, { limit: 50, accountId })).map(({ act, actor }) => `${act} ${actor}`)

  test('one is created with all that is said of it, is found where Location says, and can log in', async () => {
    const username = fresh()
    const answer = await call('POST', '/accounts', {
      ...{ username, email: `${username}@example.com`, email_verified: true, password, roles: ['admin'] },
      profile: { name: 'Ada Lovelace', address: { locality: 'London' }, phone_number: '+4930901820' },
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      ...{ username, email: `${username}@example.com`, email_verified: true, state: 'active', roles: ['admin'] },
      profile: { name: 'Ada Lovelace', address: { locality: 'London' }, phone_number: '+4930901820' },
    })
    expect(answer.headers.get('location')).toBe(`${scene.server.issuer}/admin/api/v1/accounts/${answer.body.id}`)
    const read = await call('GET', `/accounts/${answer.body.id}`)
    expect([read.body, read.headers.get('etag')]).toEqual([answer.body, answer.headers.get('etag')])
    const login = await logIn(scene.server, { username, password })
    expect((await login.json()) as object).not.toMatchObject({ code: 'invalid_credentials' })
    const [last] = await listAuditEvents(scene.database.read, {
      ...{ limit: 1, act: 'account.created', accountId: answer.body.id },
    })
    expect(last).toMatchObject({ network: '127.0.0.1', incidentId: answer.headers.get('x-request-id') })
    expect(last?.actor).toMatch(/^admin:acc_/)
  })

  test('no answer holds a password, its hash, or a secret of a factor', async () => {
    const { id } = await create({ password })
    const hash = (await findPassword(scene.database.read, id))?.hash ?? ''
    for (const path of [
      '',
      '/factors',
      '/passkeys',
      '/identities',
      '/memberships',
      '/api-keys',
      '/consents',
      '/sessions',
    ]) {
      const answer = await call('GET', `/accounts/${id}${path}`)
      expect([path, answer.status]).toEqual([path, 200])
      expect(JSON.stringify(answer.body)).not.toContain(hash)
      expect(JSON.stringify(answer.body)).not.toMatch(/argon2|\$\w+\$/)
    }
  })

  describe('what is refused', () => {
    test.each<[string, unknown, number, string]>([
      ['no name', {}, 400, 'invalid_parameter'],
      ['a name that is none', { username: 'a\u202eb' }, 400, 'invalid_parameter'],
      ['a control character', { username: 'a\u0007b' }, 400, 'invalid_parameter'],
      ['a list as a name', { username: ['a'] }, 400, 'invalid_parameter'],
      ['a name that is too long', { username: 'a'.repeat(5000) }, 400, 'invalid_parameter'],
      ['an address that is none', { username: 'x1', email: 'nobody' }, 400, 'invalid_parameter'],
      ['a member that is not known', { username: 'x2', is_admin: true }, 400, 'invalid_parameter'],
      ['a claim that is not known', { username: 'x3', profile: { sub: 'acc_x' } }, 400, 'invalid_parameter'],
      [
        'a claim of another form',
        { username: 'x4', profile: { picture: 'javascript:alert(1)' } },
        400,
        'invalid_parameter',
      ],
      ['a hash in place of a password', { username: 'x5', password_hash: '$argon2id$…' }, 400, 'invalid_parameter'],
      ['a password that is too easy', { username: 'x6', password: 'password' }, 400, 'refused_password'],
      ['a role that nobody declared', { username: 'x7', roles: ['nobody'] }, 400, 'unknown_role'],
      ['a list', [], 400, 'malformed_json'],
      ['no JSON', '{', 400, 'malformed_json'],
      ['a member twice', '{"username":"a","username":"b"}', 400, 'repeated_parameter'],
    ])('%s', async (_, body, status, code) => {
      const answer = await call('POST', '/accounts', body)
      expect([answer.status, answer.body.code]).toEqual([status, code])
    })

    test('an unknown member is named, with those that are known; an unknown parameter too', async () => {
      const member = await call('POST', '/accounts', { username: 'x', is_admin: true })
      expect(member.body.detail).toBe(
        '"is_admin" is not known here. Known: username, email, email_verified, password, roles, profile.',
      )
      const parameter = await call('GET', '/accounts?limit=5&offset=10')
      expect(parameter.body.detail).toBe('"offset" is not known here. Known: q, state, role, limit, cursor.')
      for (const query of ['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'state=gone', 'cursor=nonsense', 'q='])
        expect([query, (await call('GET', `/accounts?${query}`)).status]).toEqual([query, 400])
    })

    test.each([
      ['', ['latest', 'yesterday', 'acc_x']],
      ['', ['latest', '1e400', 'acc_x']],
      ['', ['latest', '9'.repeat(30), 'acc_x']],
      ['', ['name', 'ada']],
      ['', ['id', 'acc_x']],
      ['', ['role', 'acc_x']],
      ['q=ada&', ['role', 'acc_x']],
      ['q=ada&', ['latest', '1', 'acc_x']],
      ['role=admin&', ['name', 'ada']],
    ])('?%scursor=%j is none that a page of that list has given', async (query, key) => {
      const cursor = Buffer.from(JSON.stringify(key)).toString('base64url')
      const { status, body } = await call('GET', `/accounts?${query}cursor=${cursor}`)
      expect([status, body.code]).toEqual([400, 'invalid_parameter'])
    })

    test('a form is no JSON, and a taken name is a conflict, also where it is somebody’s address', async () => {
      const form = await scene.call('POST', '/accounts', {
        ...{ token, body: 'username=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      })
      expect([form.status, form.body.code]).toEqual([415, 'unsupported_media_type'])
      const username = fresh()
      await create({ username, email: `${username}@example.com` })
      const codes = await Promise.all([
        call('POST', '/accounts', { username: username.toUpperCase() }),
        call('POST', '/accounts', { username: `${username}@EXAMPLE.com` }),
        call('POST', '/accounts', { username: fresh(), email: `${username}@example.com` }),
      ])
      expect(codes.map(({ status, body }) => `${status} ${body.code}`)).toEqual([
        ...['409 username_taken', '409 username_taken', '409 email_taken'],
      ])
    })
  })

  describe('Idempotency-Key', () => {
    test('20 requests with one key at once make one account, and all get its answer', async () => {
      const username = fresh()
      const headers = { 'idempotency-key': `key-${username}` }
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => call('POST', '/accounts', { username, profile: { name: 'A' } }, headers)),
      )
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
      expect(answers[0]?.status).toBe(201)
      expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === null)).toHaveLength(1)
      const found = await call('GET', `/accounts?q=${username}`)
      expect(found.body.items).toHaveLength(1)
      expect(new Set(answers.map((answer) => answer.headers.get('location'))).size).toBe(1)
    })

    test('in another order it is the same request; another body, another caller and another address are others', async () => {
      const [username, other] = [fresh(), fresh()]
      const headers = { 'idempotency-key': 'one-key' }
      const body = { username, email: `${username}@example.com` }
      const first = await call('POST', '/accounts', body, headers)
      const again = await call('POST', '/accounts', { email: body.email, username }, headers)
      expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([201, first.body, 'true'])
      const reused = await call('POST', '/accounts', { username: other }, headers)
      expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused'])
      const program = await scene.grantClient(['accounts:write'])
      const byOther = await scene.call('POST', '/accounts', { token: program, body: { username: other }, headers })
      expect(byOther.status).toBe(201)
      const elsewhere = await call('POST', `/accounts/${first.body.id}/password`, { generate: true }, headers)
      expect(elsewhere.status).toBe(200)
    })

    test('what was refused may be sent again with the same key, and a day later a key is free', async () => {
      const username = fresh()
      const headers = { 'idempotency-key': `later-${username}` }
      const { id } = await create({ username })
      expect((await call('POST', '/accounts', { username }, headers)).status).toBe(409)
      await call('DELETE', `/accounts/${id}?at_once=true`)
      expect((await call('POST', '/accounts', { username }, headers)).status).toBe(201)
      for (const key of ['a b', 'x'.repeat(256)]) {
        const answer = await call('POST', '/accounts', { username: fresh() }, { 'idempotency-key': key })
        expect([key.length, answer.status]).toEqual([key.length, 400])
      }
    })

    test('a secret is answered once: a replay has null in its place', async () => {
      const { id } = await create()
      const headers = { 'idempotency-key': `secret-${id}` }
      const first = await call('POST', `/accounts/${id}/password`, { generate: true }, headers)
      expect(first.body.password).toMatch(/^[\w-]{20}$/)
      const again = await call('POST', `/accounts/${id}/password`, { generate: true }, headers)
      expect([again.status, again.body.password, again.headers.get('idempotent-replayed')]).toEqual([200, null, 'true'])
      expect(again.body.confirmation.seq).toBe(first.body.confirmation.seq)
    })

    test('of a password that was sent nothing rests by which it could be guessed fast', async () => {
      const { id } = await create()
      const body = { password: 'a quiet evening by the sea' }
      const headers = { 'idempotency-key': `given-${id}` }
      expect((await call('POST', `/accounts/${id}/password`, body, headers)).status).toBe(200)
      const again = await call('POST', `/accounts/${id}/password`, body, headers)
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      const other = await call('POST', `/accounts/${id}/password`, { password: 'another evening by it' }, headers)
      expect(other.body.code).toBe('idempotency_key_reused')
      const rows = await scene.database.read
        .withTables<{ idempotency_key: { request_hash: string; body: string } }>()
        .selectFrom('idempotency_key')
        .selectAll()
        .execute()
      for (const text of [body.password, JSON.stringify(body)]) {
        const hash = createHash('sha256').update(text).digest()
        for (const found of [hash.toString('base64url'), hash.toString('hex'), text])
          expect(JSON.stringify(rows)).not.toContain(found)
      }
    })
  })

  describe('If-Match', () => {
    test('a change needs it, and what was changed meanwhile is not overwritten', async () => {
      const { id, etag } = await create()
      const without = await call('PATCH', `/accounts/${id}`, { profile: { name: 'A' } })
      expect([without.status, without.body.code]).toEqual([428, 'precondition_required'])
      const first = await call('PATCH', `/accounts/${id}`, { profile: { name: 'A' } }, { 'if-match': etag })
      expect([first.status, first.body.profile]).toEqual([200, { name: 'A' }])
      const stale = await call('PATCH', `/accounts/${id}`, { profile: { name: 'B' } }, { 'if-match': etag })
      expect([stale.status, stale.body.code, stale.headers.get('etag')]).toEqual([
        ...[412, 'precondition_failed', first.headers.get('etag')],
      ])
      const weak = await call('PATCH', `/accounts/${id}`, {}, { 'if-match': `W/${first.headers.get('etag')}` })
      expect(weak.status).toBe(412)
      const several = await call('PATCH', `/accounts/${id}`, {}, { 'if-match': `"x", ${first.headers.get('etag')}` })
      expect(several.status).toBe(200)
      expect((await call('PATCH', `/accounts/${id}`, {}, { 'if-match': '*' })).status).toBe(200)
      expect((await call('DELETE', `/accounts/${id}`, undefined, { 'if-match': etag })).status).toBe(412)
    })

    test('of 20 changes at once that have seen the same, one succeeds', async () => {
      const { id, etag } = await create()
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          call('PATCH', `/accounts/${id}`, { profile: { nickname: `n${index}` } }, { 'if-match': etag }),
        ),
      )
      expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 412)).toHaveLength(19)
      expect((await actsOf(id)).filter((act) => act.startsWith('account.profile_updated'))).toHaveLength(1)
    })
  })

  test('names, address and claims change; another address counts as not verified, and null removes a claim', async () => {
    const username = fresh()
    const { id } = await create({
      username,
      email: `${username}@example.com`,
      email_verified: true,
      profile: { name: 'A', nickname: 'B' },
    })
    const renamed = await change(id, { username: `${username}-x`, profile: { nickname: null } })
    expect(renamed.body).toMatchObject({ username: `${username}-x`, profile: { name: 'A' }, email_verified: true })
    expect(renamed.body.profile).toEqual({ name: 'A' })
    const moved = await change(id, { email: `${username}@example.org` })
    expect(moved.body).toMatchObject({
      email: `${username}@example.org`,
      email_verified: false,
      email_verified_at: null,
    })
    expect((await change(id, { email_verified: true })).body.email_verified).toBe(true)
    const other = await create()
    const conflict = await change(other.id, { username: `${username}@example.org` })
    expect([conflict.status, conflict.body.code]).toEqual([409, 'username_taken'])
    expect((await change(other.id, { email_verified: true })).status).toBe(400)
  })

  test('disabling ends sessions and tokens, tells what guards know, and enabling lets in again', async () => {
    const { id } = await create({ password })
    const { token: own } = await scene.signIn((await scene.addAccount(fresh(), ['admin'])).id)
    expect(own).toBeTruthy()
    const { sessionId } = await scene.signIn(id)
    const disabled = await call('POST', `/accounts/${id}/disable?wait=50ms`)
    expect([disabled.status, disabled.body]).toMatchObject([
      200,
      { confirmed: 0, of: 0, slowest_ms: null, missing: [] },
    ])
    expect(disabled.body.seq).toBeGreaterThan(0)
    expect((await call('GET', `/sessions/${sessionId}`)).body.ended_at).not.toBeNull()
    expect((await call('GET', `/accounts/${id}`)).body.state).toBe('disabled')
    expect((await call('POST', `/accounts/${id}/disable`)).status).toBe(200)
    expect((await call('POST', `/accounts/${id}/enable`)).body.state).toBe('active')
    expect((await call('POST', `/accounts/${id}/disable?wait=forever`)).status).toBe(400)
    expect((await call('GET', `/accounts/${id}`)).body.state).toBe('active')
  })

  test('a deletion has its grace, and can be taken back until then; at once it is final', async () => {
    const username = fresh()
    const { id } = await create({ username })
    const deleted = await call('DELETE', `/accounts/${id}`)
    expect(deleted.status).toBe(200)
    expect(new Date(deleted.body.delete_after).getTime()).toBe(scene.server.clock.now() + 14 * 86_400_000)
    expect((await call('DELETE', `/accounts/${id}`)).body.code).toBe('already_requested')
    expect((await call('GET', `/accounts?state=deleting&q=${username}`)).body.items).toHaveLength(1)
    expect((await call('POST', `/accounts/${id}/restore`)).body.state).toBe('active')
    expect((await call('POST', `/accounts/${id}/restore`)).body.code).toBe('not_to_be_deleted')
    const gone = await call('DELETE', `/accounts/${id}?at_once=true`)
    expect([gone.status, gone.body.delete_after]).toEqual([200, null])
    expect((await call('GET', `/accounts/${id}`)).status).toBe(404)
    expect((await call('POST', '/accounts', { username })).status).toBe(201)
  })

  describe('passwords', () => {
    test('one that is set goes through the policy, and ends all sessions', async () => {
      const { id, username } = await create()
      const { sessionId } = await scene.signIn(id)
      const weak = await call('POST', `/accounts/${id}/password`, { password: `${username}${username}` })
      expect([weak.status, weak.body.code]).toEqual([400, 'refused_password'])
      const set = await call('POST', `/accounts/${id}/password`, { password })
      expect([set.status, set.body.password, set.body.recovery_sent]).toEqual([200, null, false])
      expect((await call('GET', `/sessions/${sessionId}`)).body.ended_at).not.toBeNull()
      expect((await call('GET', `/accounts/${id}/factors`)).body).toMatchObject({ has_password: true })
      const both = await call('POST', `/accounts/${id}/password`, { password, generate: true })
      expect([both.status, (await call('POST', `/accounts/${id}/password`, {})).status]).toEqual([400, 400])
    })

    test('a recovery mail goes to the account’s address, and nowhere where there is none', async () => {
      const username = fresh()
      const { id } = await create({ username, email: `${username}@example.com` })
      const sent = await call('POST', `/accounts/${id}/password`, { send_recovery: true })
      expect([sent.status, sent.body]).toEqual([200, { password: null, recovery_sent: true, confirmation: null }])
      const { sealer } = scene.server.running.installation
      const { url } = await readCode({ read: scene.database.read, sealer }, `${username}@example.com`)
      expect(url).toContain('/recover/password?secret=')
      expect(await actsOf(id)).toContainEqual(expect.stringMatching(/^email_challenge.issued admin:/))
      const { id: without } = await create()
      expect((await call('POST', `/accounts/${without}/password`, { send_recovery: true })).body.code).toBe(
        'no_address',
      )
    })

    test('with the hash queue full it is 503, with Retry-After, and nothing is changed', async () => {
      const { hashQueue } = scene.server.running.installation
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      // More than have a place: those who have none are sent away.
      const others = Promise.allSettled(
        Array.from({ length: 65 * availableParallelism() }, () => hashQueue.run(() => held)),
      )
      const username = fresh()
      const answer = await call('POST', '/accounts', { username, password })
      release()
      await others
      expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'busy', '2'])
      expect((await call('GET', `/accounts?q=${username}`)).body.items).toEqual([])
    })
  })

  describe('what an administrator may not do', () => {
    test('who lacks roles:write makes no administrator, and nobody gives what they have not', async () => {
      const helpdesk = await scene.addPermitted(fresh('helpdesk'), ['accounts:read', 'accounts:write'])
      const { token: own } = await scene.signIn(helpdesk.id)
      const created = await scene.call('POST', '/accounts', {
        token: own,
        body: { username: fresh(), roles: ['admin'] },
      })
      expect([created.status, created.body.permission]).toEqual([403, 'roles:write'])
      const given = await scene.call('PUT', `/accounts/${helpdesk.id}/roles/admin`, { token: own })
      expect([given.status, given.body.permission]).toEqual([403, 'roles:write'])
      const giver = await scene.addPermitted(fresh('giver'), ['accounts:write', 'roles:write'])
      const { token: givers } = await scene.signIn(giver.id)
      const self = await scene.call('PUT', `/accounts/${giver.id}/roles/admin`, { token: givers })
      expect([self.status, self.body.code]).toEqual([403, 'privilege_exceeded'])
      expect(self.body.missing).toContain('clients:write')
      const other = await scene.call('POST', '/accounts', {
        token: givers,
        body: { username: fresh(), roles: ['admin'] },
      })
      expect([other.status, other.body.code]).toEqual([403, 'privilege_exceeded'])
      const program = await scene.grantClient(['roles:write'])
      const byProgram = await scene.call('PUT', `/accounts/${giver.id}/roles/admin`, { token: program })
      expect([byProgram.status, byProgram.body.code]).toEqual([403, 'privilege_exceeded'])
      expect((await call('GET', `/accounts/${giver.id}`)).body.roles).not.toContain('admin')
    })

    test('nobody changes an account that may more than they: its password would be theirs', async () => {
      const helpdesk = await scene.addPermitted(fresh('helpdesk'), ['accounts:read', 'accounts:write', 'roles:write'])
      const { token: own } = await scene.signIn(helpdesk.id)
      const boss = await scene.addAccount(fresh('boss'), ['admin'])
      const at = `/accounts/${boss.id}`
      const attempts: readonly [method: string, path: string, body?: object][] = [
        ['PATCH', at, { email: 'mine@example.com' }],
        ['POST', `${at}/password`, { password: 'my own long password here' }],
        ['POST', `${at}/password`, { generate: true }],
        ['POST', `${at}/password`, { send_recovery: true }],
        ['POST', `${at}/reset-factors`, {}],
        ['POST', `${at}/disable`],
        ['POST', `${at}/enable`],
        ['DELETE', `${at}?at_once=true`],
        ['DELETE', `${at}/roles/admin`],
        ['DELETE', `${at}/passkeys/x`],
        ['DELETE', `${at}/identities?issuer=x`],
        ['DELETE', `${at}/api-keys/x`],
        ['DELETE', `${at}/consents/x`],
      ]
      for (const [method, path, body] of attempts) {
        const answer = await scene.call(method, path, {
          token: own,
          ...(body && { body }),
          headers: { 'if-match': '*' },
        })
        expect([method, path, answer.status, answer.body?.code]).toEqual([method, path, 403, 'privilege_exceeded'])
      }
      expect((await call('GET', at)).body).toMatchObject({ state: 'active', roles: ['admin'] })
    })

    test('a token with less scope than its person lets do no more than it', async () => {
      const { id } = await scene.addAccount(fresh(), ['admin'])
      const { token: narrow } = await scene.signIn(id, ['roles:write'])
      const given = await scene.call('PUT', `/accounts/${(await create()).id}/roles/admin`, { token: narrow })
      expect([given.status, given.body.code]).toEqual([403, 'privilege_exceeded'])
    })
  })

  describe('invitations', () => {
    const invite = (body: object, by = token, headers: Record<string, string> = {}) =>
      scene.call('POST', '/accounts/invitations', { token: by, body, headers })
    const open = async (link: string, username: string) => {
      const visitor = new Visitor(scene.server.issuer)
      await visitor.submit(await visitor.get(link), { username, password })
      return (await call('GET', `/accounts?q=${username}`)).body.items
    }

    test('where no mail is sent, the link is answered once, opens one account, and is audited without it', async () => {
      const username = fresh('guest')
      const email = `${username}@example.com`
      const key = { 'idempotency-key': username }
      const { status, body } = await invite({ email, roles: ['admin'] }, token, key)
      expect([status, body]).toMatchObject([201, { email, roles: ['admin'] }])
      const replayed = await invite({ email, roles: ['admin'] }, token, key)
      expect(replayed.body).toEqual({ ...body, link: null })
      const [event] = await listAuditEvents(scene.database.read, { limit: 1, act: 'invitation.created' })
      expect(event?.actor).toMatch(/^admin:acc_/)
      expect(JSON.stringify(event)).not.toContain(body.link)
      expect(await open(body.link, username)).toMatchObject([{ username, email, roles: ['admin'] }])
      expect((await new Visitor(scene.server.issuer).get(body.link)).status).toBe(400)
    })

    test('what its caller may not give is refused, and so is an address that somebody has', async () => {
      const { username } = await create()
      const taken = await create({ email: `${username}@example.com` })
      expect(taken.id).toMatch(/^acc_/)
      const helpdesk = await scene.addPermitted(fresh('helpdesk'), ['accounts:write'])
      const { token: own } = await scene.signIn(helpdesk.id)
      const giver = await scene.addPermitted(fresh('giver'), ['accounts:write', 'roles:write'])
      const { token: givers } = await scene.signIn(giver.id)
      const program = await scene.grantClient(adminPermissionNames)
      const email = `${fresh('guest')}@example.com`
      for (const [body, by, status, code] of [
        [{ email: `${username}@example.com` }, token, 409, 'email_taken'],
        [{ email: 'nobody' }, token, 400, 'invalid_parameter'],
        [{ email, roles: ['nobody'] }, token, 400, 'unknown_role'],
        [{ email, roles: ['admin'] }, own, 403, 'insufficient_permission'],
        [{ email, roles: ['admin'] }, givers, 403, 'privilege_exceeded'],
        [{ email, roles: ['admin'] }, program, 403, 'person_required'],
      ] as const) {
        const answer = await invite(body, by)
        expect([answer.status, answer.body.code]).toEqual([status, code])
      }
      expect((await invite({ email }, own)).status).toBe(201)
    })

    test('a role that who invited may not give any more is not given: nobody comes back by a link', async () => {
      const former = await scene.addAccount(fresh('former'), ['admin'])
      const { token: theirs } = await scene.signIn(former.id)
      const username = fresh('guest')
      const { body } = await invite({ email: `${username}@example.com`, roles: ['admin'] }, theirs)
      expect((await call('DELETE', `/accounts/${former.id}/roles/admin`)).status).toBe(200)
      expect(await open(body.link, username)).toMatchObject([{ username, roles: [] }])
    })
  })

  test('sessions are shown with the user name of their account, in a page, alone, and of an account', async () => {
    const people = [await create(), await create()]
    const signedIn = await Promise.all(people.map(async ({ id }) => (await scene.signIn(id)).sessionId))
    const listed = (await call('GET', '/sessions?limit=200')).body.items
    for (const [index, { id, username }] of people.entries()) {
      const expected = { id: signedIn[index], account_id: id, username }
      expect(listed).toContainEqual(expect.objectContaining(expected))
      expect((await call('GET', `/sessions/${signedIn[index]}`)).body).toMatchObject(expected)
      expect((await call('GET', `/accounts/${id}/sessions`)).body.items).toMatchObject([expected])
    }
  })

  test('roles are given and taken, and tokens that say otherwise are refused within a second', async () => {
    const { id } = await create()
    expect((await call('PUT', `/accounts/${id}/roles/admin`)).status).toBe(200)
    expect((await call('PUT', `/accounts/${id}/roles/nobody`)).body.code).toBe('unknown_role')
    const { token: own } = await scene.signIn(id)
    expect((await scene.call('GET', '/accounts', { token: own })).status).toBe(200)
    const taken = await call('DELETE', `/accounts/${id}/roles/admin?wait=10ms`)
    expect([taken.status, taken.body.seq > 0]).toEqual([200, true])
    expect((await scene.call('GET', '/accounts', { token: own })).status).toBe(401)
  })

  test('what is not there is 404, whatever is asked of it', async () => {
    for (const path of [
      '',
      '/factors',
      '/sessions',
      '/passkeys',
      '/identities',
      '/memberships',
      '/api-keys',
      '/consents',
    ])
      expect([path, (await call('GET', `/accounts/acc_nobody${path}`)).status]).toEqual([path, 404])
    for (const path of ['/disable', '/enable', '/restore', '/log-out'])
      expect([path, (await call('POST', `/accounts/acc_nobody${path}`)).status]).toEqual([path, 404])
    expect((await call('POST', '/accounts/acc_nobody/password', { generate: true })).status).toBe(404)
    const wrong = await call('POST', `/accounts/${(await create()).id}`)
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, PATCH, DELETE'])
  })
})

forEachDatabase('the last administrator', ({ createUrl }) => {
  test('stays: neither disabled, deleted nor without the role, however many are taken at once', async ({
    onTestFinished,
  }) => {
    const scene = await AdminScene.start({ databaseUrl: await createUrl(), config: { logLevel: 'warn' } })
    onTestFinished(() => scene.server.stop())
    const admins = await Promise.all(['a1', 'a2', 'a3', 'a4'].map((name) => scene.addAccount(name, ['admin'])))
    const token = await scene.grantClient(adminPermissionNames)
    const acts = [
      (id: string) => scene.call('POST', `/accounts/${id}/disable`, { token }),
      (id: string) => scene.call('DELETE', `/accounts/${id}`, { token }),
      (id: string) => scene.call('DELETE', `/accounts/${id}/roles/admin`, { token }),
      (id: string) => scene.call('DELETE', `/accounts/${id}?at_once=true`, { token }),
    ]
    const answers = await Promise.all(admins.map(({ id }, index) => acts[index]?.(id)))
    expect(answers.map((answer) => answer?.status).sort()).toEqual([200, 200, 200, 409])
    expect(answers.find((answer) => answer?.status === 409)?.body.code).toBe('last_admin')
    const left = await scene.call('GET', '/accounts?role=admin&state=active', { token })
    expect(left.body.items).toHaveLength(1)
    const id = left.body.items[0].id
    for (const act of acts) expect((await act(id)).body.code).toBe('last_admin')
  })
})
