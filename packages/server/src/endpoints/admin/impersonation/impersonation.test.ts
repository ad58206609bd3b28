import { createGuard } from '@ostiary/guard'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AdminScene } from '../../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../../testing/database.ts'
import { readMails } from '../../../../testing/mailbox.ts'
import { addAccount, addApi, logIn } from '../../../../testing/test-server.ts'
import { Visitor } from '../../../../testing/visitor.ts'
import { addRole } from '../../../domain/accounts/change-role.ts'
import { disableAccount } from '../../../domain/accounts/disable-account.ts'
import { ADMIN_AUDIENCE } from '../../../domain/apis/admin-api.ts'
import { listAuditEvents } from '../../../domain/audit/list-audit-events.ts'
import { createClient } from '../../../domain/clients/create-client.ts'
import { parseClient } from '../../../domain/clients/parse-client.ts'
import { writeExport } from '../../../domain/personal-data/write-export.ts'
import { changeRolePermissions } from '../../../domain/roles/change-role-permissions.ts'
import { createRole } from '../../../domain/roles/create-role.ts'
import { endExpiredImpersonations } from '../../../domain/sessions/end-expired-impersonations.ts'
import { logOutEverywhere } from '../../../domain/sessions/log-out-everywhere.ts'
import { purgeSessions } from '../../../domain/sessions/purge-sessions.ts'

const audience = 'https://orders.example.com'
const password = 'a long walk along the river'
const reason = 'Ticket 4711: the <order> list is empty'
const minute = 60_000

forEachDatabase('impersonation', ({ createUrl }) => {
  let scene: AdminScene
  let token: string
  let administratorId: string
  let people = 0
  let name: string
  let personId: string

  beforeAll(async () => {
    scene = await AdminScene.start({
      databaseUrl: await createUrl(),
      isClockRunning: true,
      config: { impersonation: true },
    })
    await addApi(scene.server, {
      ...{ audience, name: 'Orders', scopes: ['orders:read', 'orders:write'] },
      permissions: ['orders:refund=Give money back'],
    })
    await scene.database.write(async (tx) => {
      await createRole(tx, { name: 'support', description: undefined }, 'cli')
      await changeRolePermissions(tx, { role: 'support', audience, add: ['orders:refund'], remove: [] }, 'cli')
      await createRole(tx, { name: 'impersonators', description: undefined }, 'cli')
      const add = ['accounts:impersonate', 'webhooks:read']
      await changeRolePermissions(tx, { role: 'impersonators', audience: ADMIN_AUDIENCE, add, remove: [] }, 'cli')
    })
  })
  afterAll(() => scene.server.stop())
  beforeEach(async () => {
    people += 1
    administratorId = await addImpersonator(`support${people}`)
    token = (await scene.signIn(administratorId)).token
    name = `ada${people}`
    personId = await addAccount(scene.server, name, password, `${name}@example.com`)
  })

  /** With the role from the start: what is given later outdates tokens a moment after. */
  const addImpersonator = async (of: string) => (await scene.addAccount(of, ['impersonators'])).id
  const begin = (body: object = {}, of = personId, by = token, headers: Record<string, string> = {}) =>
    scene.call('POST', `/accounts/${of}/impersonation`, { token: by, body: { reason, audience, ...body }, headers })
  const pass = (milliseconds: number) => scene.server.clock.set(scene.server.clock.now() + milliseconds)
  const actsOf = async (accountId: string) =>
    (await listAuditEvents(scene.database.read, { accountId, limit: 50 })).filter(({ act }) =>
      act.startsWith('impersonation.'),
    )
  async function signInPerson(): Promise<Visitor> {
    const person = new Visitor(scene.server.issuer)
    await person.submit(await person.get('/login'), { username: name, password })
    return person
  }

  test('RFC 8693 §4.1: the token names the person as its subject and the administrator in act, and says nothing of a login', async () => {
    await scene.database.write((tx) => addRole(tx, { accountId: personId, role: 'support', actor: 'cli' }))
    const before = scene.server.clock.now()
    const { status, body } = await begin({ scopes: ['orders:read'] })
    expect(status).toBe(201)
    const claims = decodeJwt(body.access_token)
    expect(claims).toMatchObject({
      ...{ sub: personId, aud: audience, client_id: scene.clientId, scope: 'orders:read', sid: body.session_id },
      act: { sub: administratorId, impersonation: true },
      ...{ roles: ['support'], permissions: ['orders:refund'] },
    })
    for (const claim of ['auth_time', 'acr', 'amr']) expect(claims).not.toHaveProperty(claim)
    expect(Object.keys(body)).not.toContain('refresh_token')
    const endsAt = Date.parse(body.ends_at)
    expect(endsAt - before).toBeLessThanOrEqual(15 * minute + 1000)
    expect((claims.exp ?? 0) * 1000).toBeLessThanOrEqual(endsAt)
    expect(body.expires_in).toBeLessThanOrEqual(150)

    const guard = createGuard({
      issuer: scene.server.issuer,
      audience,
      feed: false,
      clock: () => scene.server.clock.now(),
    })
    const request = (headerOf: string) => ({
      ...{ method: 'GET', url: '/' },
      header: (header: string) => (header === 'authorization' ? `Bearer ${headerOf}` : undefined),
    })
    const allowed = await guard.check(request(body.access_token), { scope: 'orders:read' })
    expect(allowed).toMatchObject({ auth: { claims: { act: { sub: administratorId, impersonation: true } } } })
    for (const rule of [{ impersonated: false }, { fresh: '365d' }, { acr: 'aal1' }] as const) {
      const refused = await guard.check(request(body.access_token), rule)
      expect(refused).toMatchObject({ refusal: { code: expect.stringMatching(/^insufficient_/) } })
    }
    await guard.close()
  })

  test('the person is told by mail, and sees on their account page why, and not from where', async () => {
    const { body } = await begin()
    const mails = (await readMails(scene.server)).filter(({ recipient }) => recipient === `${name}@example.com`)
    expect(mails).toHaveLength(1)
    expect(mails[0]?.subject).toMatch(/administrator acted as you/i)
    expect(mails[0]?.text).toContain(reason)
    expect(mails[0]?.text).not.toMatch(/127\.0\.0\.1|Network|Device/)

    const person = await signInPerson()
    const page = (await person.get('/account')).text
    expect(page).toContain('An administrator acts as you: <bdi>Ticket 4711: the &lt;order&gt; list is empty</bdi>')
    const activity = (await person.get('/account/activity')).text
    expect(activity).toContain('An administrator acted as you: <bdi>Ticket 4711: the &lt;order&gt; list is empty</bdi>')
    const { sessions } = JSON.parse((await person.get('/account', { accept: 'application/json' })).text)
    expect(sessions).toContainEqual(
      expect.objectContaining({ id: body.session_id, network: null, program: null, impersonation: { reason } }),
    )
    expect(await actsOf(personId)).toMatchObject([
      {
        ...{ act: 'impersonation.started', actor: `admin:${administratorId}`, sessionId: body.session_id },
        detail: { reason, audience, scopes: ['orders:read', 'orders:write'], until: body.ends_at },
      },
    ])
  })

  test('the person ends it, and every API refuses its token within a second', async () => {
    const { body } = await begin()
    const guard = createGuard({ issuer: scene.server.issuer, audience, clock: () => scene.server.clock.now() })
    await expect(guard.verify(body.access_token)).resolves.toMatchObject({ sub: personId })
    while (guard.state().feed?.state !== 'live') await new Promise((resolve) => setTimeout(resolve, 20))
    const person = await signInPerson()
    await person.post('/account/sessions', { end: body.session_id })
    const begun = performance.now()
    for (;;) {
      const refused = await guard.verify(body.access_token).catch((error: { code?: string }) => error.code)
      if (refused === 'token_revoked') break
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(performance.now() - begun).toBeLessThan(1_500)
    await guard.close()
    const [ended] = await actsOf(personId)
    expect(ended).toMatchObject({
      ...{ act: 'impersonation.ended', actor: `account:${personId}` },
      detail: { reason, administrator: administratorId },
    })
    const path = `/accounts/${personId}/impersonation/${body.session_id}`
    expect((await scene.call('POST', `${path}/token`, { token })).status).toBe(404)
  })

  test('it ends after 15 minutes, whatever happens, and its end is in the log', async () => {
    const { body } = await begin()
    const path = `/accounts/${personId}/impersonation/${body.session_id}`
    pass(14 * minute)
    const again = await scene.call('POST', `${path}/token`, { token: (await scene.signIn(administratorId)).token })
    expect(again.status).toBe(200)
    expect(again.body.ends_at).toBe(body.ends_at)
    expect((decodeJwt(again.body.access_token).exp ?? 0) * 1000).toBeLessThanOrEqual(Date.parse(body.ends_at))
    expect(decodeJwt(again.body.access_token).act).toEqual({ sub: administratorId, impersonation: true })
    pass(minute)
    const late = await scene.call('POST', `${path}/token`, { token: (await scene.signIn(administratorId)).token })
    expect(late.status).toBe(404)
    // Also where what has expired is deleted first, since noting ends had failed or has come only so far.
    await scene.database.write((tx) => purgeSessions(tx, 100))
    await endExpiredImpersonations(scene.database)
    await endExpiredImpersonations(scene.database)
    const acts = (await actsOf(personId)).map(({ act, actor }) => `${actor} ${act}`)
    expect(acts.sort()).toEqual(
      [
        `admin:${administratorId} impersonation.continued`,
        `admin:${administratorId} impersonation.started`,
        'system impersonation.ended',
      ].sort(),
    )
  })

  test('the administrator ends it, and nobody else continues or ends it by that path', async () => {
    const { body } = await begin()
    const path = `/accounts/${personId}/impersonation/${body.session_id}`
    const other = await scene.signIn(await addImpersonator(`other${people}`))
    expect((await scene.call('POST', `${path}/token`, { token: other.token })).status).toBe(404)
    expect((await scene.call('DELETE', path, { token: other.token })).status).toBe(404)
    const ended = await scene.call('DELETE', path, { token })
    expect([ended.status, ended.body.seq > 0]).toEqual([200, true])
    expect((await scene.call('DELETE', path, { token })).status).toBe(200)
    expect((await actsOf(personId)).map(({ act }) => act)).toContain('impersonation.ended')
  })

  test('neither their activity nor the copy of their data tells the person who the administrator was', async () => {
    const { body } = await begin()
    await scene.call('POST', `/accounts/${personId}/impersonation/${body.session_id}/token`, { token })
    await scene.call('DELETE', `/accounts/${personId}/impersonation/${body.session_id}`, { token })
    const [{ detail = {} } = {}] = (await actsOf(personId)).filter(({ act }) => act === 'impersonation.ended')
    expect(detail).toEqual({ reason, administrator: administratorId })
    const person = await signInPerson()
    const activity = (await person.get('/account/activity', { accept: 'application/json' })).text
    const { database } = scene
    let copy = ''
    for await (const piece of writeExport(database.read, personId, { issuer: scene.server.issuer, now: 0 }))
      copy += piece
    for (const text of [activity, copy]) {
      expect(text).toContain('impersonation.ended')
      expect(text).not.toContain(administratorId)
    }
  })

  test('an administrator who may not go on as themselves goes on as nobody else', async () => {
    const { body } = await begin()
    await scene.database.write((tx) => logOutEverywhere(tx, administratorId, 'cli'))
    const { body: session } = await scene.call('GET', `/sessions/${body.session_id}`, {
      token: await scene.signInAdmin(`root${people}`),
    })
    expect(session).toMatchObject({ impersonation: { administrator_id: administratorId, reason } })
    expect(session.ended_at).not.toBeNull()
  })

  test.each([
    ['the role is taken from them', 'DELETE', (id: string, role: string) => `/accounts/${id}/roles/${role}`, undefined],
    ['the role permits it no more', 'PATCH', (_: string, role: string) => `/roles/${role}`, { permissions: [] }],
    ['the role is deleted', 'DELETE', (_: string, role: string) => `/roles/${role}`, undefined],
  ] as const)('who may impersonate no more acts as nobody any more: %s', async (_, method, path, change) => {
    const impersonator = `impersonator${people}`
    const { id } = await scene.addPermitted(impersonator, ['accounts:impersonate'])
    const { body: begun } = await begin({}, personId, (await scene.signIn(id)).token)
    const { body: other } = await begin()
    const rootToken = await scene.signInAdmin(`root${people}`)
    const call = { token: rootToken, headers: { 'if-match': '*' }, ...(change && { body: change }) }
    expect((await scene.call(method, path(id, `role-of-${impersonator}`), call)).status).toBe(200)
    const endOf = async ({ session_id }: { readonly session_id: string }) =>
      (await scene.call('GET', `/sessions/${session_id}`, { token: rootToken })).body.ended_at
    expect(await endOf(begun)).toMatch(/Z$/)
    expect(await endOf(other)).toBeNull()
    expect((await actsOf(personId)).filter(({ act }) => act === 'impersonation.ended')).toHaveLength(1)
  })

  describe('it is refused', () => {
    test('of oneself, of the role admin, and of who may more by the Admin API, by whatever role', async () => {
      const root = await scene.addAccount(`boss${people}`, ['admin'])
      const writer = await scene.addPermitted(`writer${people}`, ['webhooks:write'])
      const reader = await scene.addPermitted(`reader${people}`, ['webhooks:read'])
      for (const [of, why] of [
        [administratorId, 'oneself'],
        [root.id, 'administrator'],
        [writer.id, 'administrator'],
      ] as const) {
        const { status, body } = await begin({}, of)
        expect([status, body.code, body.reason]).toEqual([409, 'impersonation_refused', why])
      }
      expect((await begin({}, reader.id)).status).toBe(201)
      expect((await begin({}, 'acc_nobody')).status).toBe(404)
      expect((await actsOf(writer.id)).length).toBe(0)
    })

    test('of an account that is disabled', async () => {
      await scene.database.write((tx) => disableAccount(tx, personId, 'cli'))
      expect((await begin()).body).toMatchObject({ code: 'impersonation_refused', reason: 'inactive_account' })
    })

    test.each([
      ['the Admin API', { audience: 'urn:ostiary:admin' }, 409, 'impersonation_refused'],
      ['an API that is none', { audience: 'https://nowhere.example.com' }, 400, 'invalid_target'],
      ['a scope that is none', { scopes: ['orders:delete'] }, 400, 'invalid_scope'],
      ['scopes of OpenID Connect', { scopes: ['openid'] }, 400, 'invalid_scope'],
      ['no reason', { reason: '' }, 400, 'invalid_parameter'],
      ['a reason of blanks', { reason: '    ' }, 400, 'invalid_parameter'],
      ['an invisible reason', { reason: 'a\u202eb because' }, 400, 'invalid_parameter'],
      ['a long reason', { reason: 'a'.repeat(201) }, 400, 'invalid_parameter'],
      ['a member that is not known', { lifetime: 3600 }, 400, 'invalid_parameter'],
    ])('for %s', async (_, body, status, code) => {
      const answer = await begin(body)
      expect([answer.status, answer.body.code]).toEqual([status, code])
      expect(await actsOf(personId)).toEqual([])
    })

    test('for the server itself: the token of an identity', async () => {
      expect((await begin({ audience: scene.server.issuer })).body.code).toBe('invalid_target')
    })

    test('RFC 9470 §3: of who signed in more than 15 minutes ago, and of a program', async () => {
      const stale = await scene.signIn(administratorId, undefined, scene.server.clock.now() - 16 * minute)
      const answer = await begin({}, personId, stale.token)
      expect([answer.status, answer.body.code]).toEqual([401, 'insufficient_user_authentication'])
      expect(answer.headers.get('www-authenticate')).toContain('max_age="900"')
      const program = await begin({}, personId, await scene.grantClient(['accounts:impersonate']))
      expect([program.status, program.body.code]).toEqual([403, 'person_required'])
    })
  })

  test('its token is exchanged for no other, and is good for nothing of this server', async () => {
    const { body } = await begin()
    const grant = 'urn:ietf:params:oauth:grant-type:token-exchange'
    const parsed = parseClient({
      ...{ name: 'Gateway', type: 'confidential', grants: [grant], scopes: [`introspect:${audience}`] },
    })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { client, secret = '' } = await scene.database.write((tx) => createClient(tx, parsed.client, 'cli'))
    const exchange = async (subject: string) => {
      const form = { grant_type: grant, subject_token: subject, client_id: client.id, client_secret: secret }
      const type = { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' }
      const init = { method: 'POST', body: new URLSearchParams({ ...form, ...type }) }
      const answer = await fetch(`${scene.server.issuer}/token`, init)
      return [answer.status, await answer.json()]
    }
    const own = await logIn(scene.server, { username: name, password, audience })
    const { access_token: ownToken } = (await own.json()) as { access_token: string }
    expect((await exchange(ownToken))[0]).toBe(200)
    expect(await exchange(body.access_token)).toMatchObject([400, { error: 'invalid_request' }])
    expect(scene.server.logText()).toContain('impersonated')
    const authorization = `Bearer ${body.access_token}`
    const visit = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${scene.server.issuer}${path}`, {
        headers: { accept: 'application/json', authorization, ...headers },
        redirect: 'manual',
      })
    expect((await visit('/admin/api/v1/accounts')).status).toBe(401)
    expect((await visit('/userinfo')).status).toBe(403)
    for (const path of ['/account', '/account/security', '/account/data', '/account/activity'])
      expect([path, (await visit(path)).status]).not.toEqual([path, 200])
  })

  test('a request that comes again opens one session, and shows its token once', async () => {
    const key = { 'idempotency-key': `once-${people}` }
    const first = await begin({}, personId, token, key)
    const second = await begin({}, personId, token, key)
    expect(second.body).toEqual({ ...first.body, access_token: null, expires_in: null })
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(await actsOf(personId)).toHaveLength(1)
  })
})

test('unless it is switched on, nobody acts as anybody', async () => {
  const scene = await AdminScene.start({ config: { logLevel: 'warn' } })
  try {
    const person = await scene.addAccount('ada')
    const answer = await scene.call('POST', `/accounts/${person.id}/impersonation`, {
      ...{ token: await scene.signInAdmin(), body: { reason, audience: 'https://orders.example.com' } },
    })
    expect([answer.status, answer.body.code]).toEqual([409, 'impersonation_off'])
  } finally {
    await scene.server.stop()
  }
})
