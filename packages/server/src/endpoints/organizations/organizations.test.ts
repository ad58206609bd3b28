import { afterEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { waitForCode } from '../../../testing/mailbox.ts'
import { addOrganization } from '../../../testing/organization-scene.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import type { Config } from '../../config.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { listInvitationsOf } from '../../domain/invitations/find-invitation.ts'
import { listActingOrganizations } from '../../domain/memberships/acting-organization.ts'
import { listMembers } from '../../domain/memberships/find-membership.ts'
import { changeMemberRoles } from '../../domain/revocation-acts/change-membership.ts'

const password = 'a long walk along the river'
const MINUTE_MS = 60_000

forEachDatabase('/account/organizations and /invitation', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  /** ada owns Blue Door, of which bob is a member; carol belongs to nothing. */
  async function start(config: Partial<Config> = {}) {
    const server = await startTestServer({ databaseUrl: await createUrl(), config })
    servers.push(server)
    const [ada, bob, carol] = [
      await addAccount(server, 'ada', password),
      await addAccount(server, 'bob', password),
      await addAccount(server, 'carol', password),
    ]
    const { database } = server.running.installation
    const { id } = await addOrganization(database, 'Blue Door', [
      { accountId: ada, roles: ['owner'] },
      { accountId: bob, roles: [] },
    ])
    return { server, database, ada, bob, carol, id, path: `/account/organizations/${id}` }
  }

  async function signIn({ issuer }: TestServer, username: string): Promise<Visitor> {
    const visitor = new Visitor(issuer)
    await visitor.post('/login', { username, password })
    return visitor
  }

  /** The secret in the link of the latest mail, and how many mails there are. */
  async function readInvitation({ running }: TestServer): Promise<{ readonly secret: string; readonly count: number }> {
    const { database, sealer } = running.installation
    const mails = await database.read
      .withTables<{ mail: { id: string; sealed: string } }>()
      .selectFrom('mail')
      .select(['id', 'sealed'])
      .orderBy('id', 'desc')
      .execute()
    const [latest] = mails
    if (!latest) return { secret: '', count: 0 }
    const { mail } = JSON.parse(sealer.open(latest.sealed, `mail ${latest.id}`).toString())
    return { secret: new URL(mail.url).searchParams.get('secret') ?? '', count: mails.length }
  }

  function textOf({ text }: Visit): string {
    return text.replaceAll(/<(style|svg)[\s\S]*?<\/\1>|<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
  }

  it('an owner invites; the invited person signs in by the link, accepts, and belongs', async () => {
    const { server, database, carol, id, path } = await start()
    const owner = await signIn(server, 'ada')
    const page = await owner.post(`${path}/invite`, {
      email: 'Carol@Example.com',
      'role:owner': '1',
      'role:admin': '1',
    })
    expect([page.status, textOf(page).includes('Carol@Example.com')]).toEqual([200, true])
    const { secret } = await readInvitation(server)
    const guest = new Visitor(server.issuer)
    const shown = await guest.get(`/invitation?secret=${secret}`)
    expect(textOf(shown)).toContain('Blue Door invites you')
    const login = /href="(\/login\?return_to=[^"]+)"/.exec(shown.text)?.[1] ?? ''
    const back = await guest.submit(await guest.get(login.replaceAll('&amp;', '&')), { username: 'carol', password })
    expect(textOf(back)).toContain('You are signed in as carol')
    expect((await guest.submit(back, { answer: 'accept' })).url).toBe(`${server.issuer}/account/organizations`)
    // Only roles that can be given are taken from the form.
    expect(await listMembers(database.read, id)).toContainEqual(
      expect.objectContaining({ accountId: carol, roles: ['owner'], invitedAs: 'Carol@Example.com' }),
    )
    expect((await guest.get(`/invitation?secret=${secret}`)).status).toBe(404)
  })

  it('who has no account is led to sign-up and back where it is open, and nowhere where it is not', async () => {
    for (const signUp of ['open', 'invitation'] as const) {
      const { server, path } = await start({ signUp })
      await (await signIn(server, 'ada')).post(`${path}/invite`, { email: 'dora@example.com' })
      const { secret } = await readInvitation(server)
      const guest = new Visitor(server.issuer)
      const shown = await guest.get(`/invitation?secret=${secret}`)
      const link = /href="(\/sign-up\?return_to=[^"]+)"/.exec(shown.text)?.[1]
      expect([signUp, link !== undefined]).toEqual([signUp, signUp === 'open'])
      if (link === undefined) continue
      const asked = await guest.submit(await guest.get(link), { email: 'dora@example.com' })
      const { code } = await waitForCode(server, 'dora@example.com')
      const back = await guest.submit(await guest.submit(asked, { code }), { username: 'dora', password })
      expect(textOf(back)).toContain('You are signed in as dora')
      expect((await guest.submit(back, { answer: 'accept' })).url).toBe(`${server.issuer}/account/organizations`)
    }
  })

  it('to look at an invitation changes nothing, and whoever has no good link is told one thing', async () => {
    const { server, path } = await start()
    const owner = await signIn(server, 'ada')
    await owner.post(`${path}/invite`, { email: 'carol@example.com' })
    const { secret } = await readInvitation(server)
    const stranger = new Visitor(server.issuer)
    for (let look = 0; look < 3; look += 1)
      expect((await stranger.get(`/invitation?secret=${secret}`)).status).toBe(200)
    const bad = ['', 'x', `${secret.slice(0, 64)}~`, `${secret.slice(0, 22)}${'a'.repeat(43)}`, 'a'.repeat(65)]
    const pages = await Promise.all(bad.map((text) => stranger.get(`/invitation?secret=${encodeURIComponent(text)}`)))
    expect(new Set(pages.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(pages[0]?.status).toBe(404)
    expect((await stranger.get(`/invitation?secret=${'a'.repeat(129)}`)).status).toBe(400)
    expect((await stranger.get(`/invitation?secret=${secret}&secret=${secret}`)).status).toBe(400)
    const foreign = await stranger.post('/invitation', { secret, answer: 'accept' }, { 'sec-fetch-site': 'cross-site' })
    expect(foreign.status).toBe(403)
    const declined = await stranger.post('/invitation', { secret, answer: 'decline' })
    expect(textOf(declined)).toContain('You have declined')
    expect((await stranger.post('/invitation', { secret, answer: 'decline' })).status).toBe(404)
  })

  it('nobody accepts for somebody else: not without being signed in, nor for who has signed in since', async () => {
    const { server, database, ada, bob, id, path } = await start()
    await (await signIn(server, 'ada')).post(`${path}/invite`, { email: 'carol@example.com' })
    const { secret } = await readInvitation(server)
    const carol = await signIn(server, 'carol')
    for (const account of [ada, bob, ''])
      expect((await carol.post('/invitation', { secret, answer: 'accept', account })).status).toBe(200)
    const stranger = new Visitor(server.issuer)
    expect((await stranger.post('/invitation', { secret, answer: 'accept', account: ada })).status).toBe(200)
    expect(await listMembers(database.read, id)).toHaveLength(2)
  })

  it('inviting an address with an account, one without, and one of a member answers alike: a mail goes to each', async () => {
    const { server, database, id, path } = await start()
    const owner = await signIn(server, 'ada')
    const answers = new Set<string>()
    for (const name of ['ada', 'bob', 'carol', 'nobody']) {
      const email = `${name}@example.com`
      const page = await owner.post(`${path}/invite`, { email })
      const row = page.text.split('<li>').find((text) => text.includes(`<bdi>${email}</bdi>`)) ?? 'no row'
      answers.add(
        `${page.status} ${
          row
            .replaceAll(email, '')
            .replaceAll(/value="[\w-]{22}"/g, '')
            .split('</li>')[0]
        }`,
      )
    }
    expect(answers.size).toBe(1)
    expect([...answers][0]).toMatch(/^200 .*Send again/s)
    expect((await readInvitation(server)).count).toBe(4)
    expect(await listInvitationsOf(database.read, id, server.clock.now())).toHaveLength(4)
  })

  it('what is no address is said so, with what was typed; a second mail within a minute too; an invitation can be taken back', async () => {
    const { server, path } = await start()
    const owner = await signIn(server, 'ada')
    const wrong = await owner.post(`${path}/invite`, { email: 'carol at example.com' })
    expect([wrong.status, textOf(wrong).includes('This is not an e-mail address')]).toEqual([400, true])
    expect(wrong.text).toContain('value="carol at example.com"')
    const sent = await owner.post(`${path}/invite`, { email: 'carol@example.com' })
    const invitation = /name="invitation" value="([\w-]{22})"/.exec(sent.text)?.[1] ?? ''
    const soon = await owner.post(`${path}/invitations`, { invitation, act: 'resend' })
    expect([soon.status, textOf(soon).includes('got a mail a moment ago')]).toEqual([400, true])
    server.clock.set(server.clock.now() + MINUTE_MS)
    expect((await owner.post(`${path}/invitations`, { invitation, act: 'resend' })).status).toBe(200)
    const { secret, count } = await readInvitation(server)
    expect(count).toBe(2)
    await owner.post(`${path}/invitations`, { invitation, act: 'revoke' })
    expect((await new Visitor(server.issuer).get(`/invitation?secret=${secret}`)).status).toBe(404)
  })

  it('an owner changes roles and removes; the last owner can neither step down nor leave', async () => {
    const { server, database, ada, bob, id, path } = await start()
    const owner = await signIn(server, 'ada')
    const stuck = await owner.post(`${path}/members`, { member: ada, act: 'roles' })
    expect([stuck.status, textOf(stuck).includes('Somebody has to own it')]).toEqual([400, true])
    const staying = await owner.post('/account/organizations/leave', { organization: id })
    expect([staying.status, textOf(staying).includes('Somebody has to own it')]).toEqual([400, true])
    await owner.post(`${path}/members`, { member: bob, act: 'roles', 'role:owner': '1' })
    expect(await listMembers(database.read, id)).toContainEqual(
      expect.objectContaining({ accountId: bob, roles: ['owner'] }),
    )
    await owner.post(`${path}/members`, { member: bob, act: 'remove' })
    expect(await listMembers(database.read, id)).toMatchObject([{ accountId: ada }])
    const acts = await listAuditEvents(database.read, { accountId: bob, limit: 9 })
    expect(acts.filter(({ actor }) => actor === `account:${ada}`).map(({ act }) => act)).toEqual(
      expect.arrayContaining(['member.roles_changed', 'member.removed']),
    )
  })

  it('a member sees what they are and leaves; who is no owner, or no member, finds nothing to change', async () => {
    const { server, database, ada, bob, id, path } = await start()
    const member = await signIn(server, 'bob')
    const own = await member.get(path)
    expect([own.status, textOf(own).includes('Member'), textOf(own).includes('ada')]).toEqual([200, true, false])
    const carol = await signIn(server, 'carol')
    const nowhere = `/account/organizations/org_${'a'.repeat(22)}`
    expect([(await carol.get(path)).status, (await carol.get(nowhere)).status]).toEqual([404, 404])
    for (const visitor of [member, carol]) {
      const invited = await visitor.post(`${path}/invite`, { email: 'eve@example.com' })
      const removed = await visitor.post(`${path}/members`, { member: ada, act: 'remove' })
      const raised = await visitor.post(`${path}/members`, { member: bob, act: 'roles', 'role:owner': '1' })
      expect([invited.status, removed.status, raised.status]).toEqual([404, 404, 404])
    }
    expect((await readInvitation(server)).count).toBe(0)
    await member.post('/account/organizations/leave', { organization: id })
    expect(await listActingOrganizations(database.read, bob)).toEqual([])
    expect(textOf(await member.get('/account/organizations'))).toContain('You belong to no organization')
  })

  it('what an owner changes needs a login of the last 15 minutes, and a page of this origin', async () => {
    const { server, database, ada, id, path } = await start()
    const owner = await signIn(server, 'ada')
    const foreign = await owner.post(`${path}/invite`, { email: 'eve@example.com' }, { 'sec-fetch-site': 'cross-site' })
    expect(foreign.status).toBe(403)
    server.clock.set(server.clock.now() + 16 * MINUTE_MS)
    expect((await owner.get(path)).status).toBe(200)
    for (const [below, fields] of [
      ['invite', { email: 'eve@example.com' }],
      ['members', { member: ada, act: 'remove' }],
    ] as const) {
      const asked = await owner.post(`${path}/${below}`, fields)
      expect(asked.url).toBe(`${server.issuer}/login?anew=1&return_to=${encodeURIComponent(path)}`)
    }
    expect(await listInvitationsOf(database.read, id, server.clock.now())).toEqual([])
  })

  it('an owner who loses the role while they act does nothing more', async () => {
    const { server, database, ada, bob, id, path } = await start()
    const key = (accountId: string) => ({ organizationId: id, accountId })
    await database.write((tx) => changeMemberRoles(tx, key(bob), ['owner'], 'cli'))
    const owner = await signIn(server, 'ada')
    await database.write((tx) => changeMemberRoles(tx, key(ada), [], 'cli'))
    expect((await owner.post(`${path}/members`, { member: bob, act: 'remove' })).status).toBe(404)
    expect(await listMembers(database.read, id)).toHaveLength(2)
  })

  it('people create organizations where the operator lets them, and own what they create', async () => {
    const closed = await start()
    const path = '/account/organizations'
    const ada = await signIn(closed.server, 'ada')
    expect((await ada.post(`${path}/create`, { name: 'Red Door' })).status).toBe(405)
    expect(textOf(await ada.get(path))).not.toContain('Create an organization')
    const { server, database, carol } = await start({ organizationCreation: 'people' })
    const visitor = await signIn(server, 'carol')
    for (const name of ['Red Door', 'Red Door', '田中']) await visitor.post(`${path}/create`, { name })
    const wrong = await visitor.post(`${path}/create`, { name: ' ' })
    expect([wrong.status, textOf(wrong).includes('Enter a name')]).toEqual([400, true])
    const own = await listActingOrganizations(database.read, carol)
    expect(own.map(({ name, roles }) => [name, roles])).toEqual([
      ['Red Door', ['owner']],
      ['Red Door', ['owner']],
      ['田中', ['owner']],
    ])
    expect(own.map(({ slug }) => slug)).toContain('red-door')
  })

  it('the same as JSON, and nothing without a session', async () => {
    const { server, id } = await start()
    const cookieless = await fetch(`${server.issuer}/account/organizations`, {
      headers: { accept: 'application/json' },
    })
    expect(cookieless.status).toBe(401)
    const login = await fetch(`${server.issuer}/login`, {
      method: 'POST',
      headers: { accept: 'text/html' },
      body: new URLSearchParams({ username: 'bob', password }),
      redirect: 'manual',
    })
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const answer = await fetch(`${server.issuer}/account/organizations`, {
      headers: { accept: 'application/json', cookie },
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toEqual({
      organizations: [{ id, slug: 'blue-door', name: 'Blue Door', roles: [] }],
      invitations: [],
    })
  })
})
