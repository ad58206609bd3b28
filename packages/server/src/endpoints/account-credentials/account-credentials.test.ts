import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { readCode, readNotices, readOutbox } from '../../../testing/outbox.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'

const password = 'seven purple umbrellas'
const newPassword = 'nine amber lanterns'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MANY = Array.from({ length: 20 }, (_, index) => index)

interface Person {
  readonly id: string
  readonly username: string
  readonly email: string
  readonly visitor: Visitor
}

forEachDatabase('what people change of how they log in', ({ createUrl }) => {
  let server: TestServer
  let person = 0

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    await addApi(server, { audience: 'https://api.example.com' })
  })
  beforeEach(() => {
    // What was counted against this network in the test before is forgotten.
    server.clock.set(server.clock.now() + DAY_MS)
  })
  afterAll(() => server?.stop())

  const outbox = () => {
    const { database, sealer } = server.running.installation
    return { read: database.read, sealer }
  }
  const find = (login: string) => findAccountByLoginName(server.running.installation.database.read, login)
  const get = (id: string) => findAccount(server.running.installation.database.read, id)

  async function signIn(username: string, secret: string = password): Promise<Visitor> {
    const visitor = new Visitor(server.issuer)
    await visitor.submit(await visitor.get('/login'), { username, password: secret })
    return visitor
  }

  async function addPerson(name?: string): Promise<Person> {
    person += 1
    const email = `Person${person}@Example.com`
    const username = name ?? `person${person}`
    const id = await addAccount(server, username, password, email)
    return { id, username, email, visitor: await signIn(username) }
  }

  async function actsOf(accountId: string): Promise<string[]> {
    const { read } = server.running.installation.database
    return (await listAuditEvents(read, { accountId, limit: 50 })).map(({ act }) => act)
  }

  const pathOf = (visit: { readonly url: string }) => new URL(visit.url).pathname

  it.each(['code', 'link'])('an address is verified by the %s of a mail to it', async (by) => {
    const { id, email, visitor } = await addPerson()
    expect((await visitor.get('/account/security')).text).toContain('Not verified yet')
    const page = await visitor.post('/account/security/email/verify', {})
    const { code, url } = await readCode(outbox(), email)
    const other = new Visitor(server.issuer)
    for (let time = 0; time < 3; time++) expect((await other.get(url)).status).toBe(200)
    expect((await get(id))?.emailVerifiedAt).toBeUndefined()
    if (by === 'code') expect(pathOf(await visitor.submit(page, { code }))).toBe('/account/security')
    else expect((await other.submit(await other.get(url), {})).text).toContain('The address is verified')
    expect((await get(id))?.emailVerifiedAt).toBe(server.clock.now())
    expect((await visitor.get('/account/security')).text).not.toContain('Not verified yet')
    expect(await actsOf(id)).toContain('account.email_verified')
    expect((await other.get(url)).status).toBe(400)
  })

  it.each(['code', 'link'])(
    'by the %s another address proves itself; the old one stays until then, and is told',
    async (by) => {
      const { id, email, username, visitor } = await addPerson()
      const next = `Next${person}@Example.com`
      const page = await visitor.submit(await visitor.get('/account/security/email'), { email: next })
      const { code, url } = await readCode(outbox(), next)
      expect(await find(email)).toMatchObject({ id, email })
      const other = new Visitor(server.issuer)
      if (by === 'code') expect(pathOf(await visitor.submit(page, { code }))).toBe('/account/security')
      else expect((await other.submit(await other.get(url), {})).text).toContain('The address is verified')
      expect(await get(id)).toMatchObject({ username, email: next, emailVerifiedAt: server.clock.now() })
      expect([await find(email), (await find(next))?.id]).toEqual([undefined, id])
      expect(await readNotices(outbox(), email)).toEqual(['email_changed'])
      expect(await actsOf(id)).toContain('account.email_changed')
    },
  )

  it('where the address is the user name, both become the new one', async () => {
    const email = `both${person}@example.com`
    const id = await addAccount(server, email, password, email)
    const visitor = await signIn(email)
    const next = `moved${person}@example.com`
    const page = await visitor.submit(await visitor.get('/account/security/email'), { email: next })
    await visitor.submit(page, { code: (await readCode(outbox(), next)).code })
    expect(await get(id)).toMatchObject({ username: next, email: next })
    expect(await find(email)).toBeUndefined()
    const named = await visitor.submit(await visitor.get('/account/security/username'), { username: `name${person}` })
    expect(pathOf(named)).toBe('/account/security')
    for (const login of [next, `name${person}`]) expect((await find(login))?.id).toBe(id)
  })

  it('the address of another account is not taken: its owner is told, and the answer is the same', async () => {
    const owner = await addPerson()
    const { id, email, visitor } = await addPerson()
    const pages = []
    for (const next of [owner.email, `nobody${person}@example.com`]) {
      const page = await visitor.submit(await visitor.get('/account/security/email'), { email: next })
      pages.push(page.text.replace(/[\w-]{22}/g, 'ID'))
    }
    expect(pages[0]).toBe(pages[1])
    expect(await readNotices(outbox(), owner.email)).toEqual(['account_exists'])
    expect(await get(id)).toMatchObject({ email })
  })

  it('an address that becomes somebody else’s meanwhile is not taken', async () => {
    const { id, email, visitor } = await addPerson()
    const next = `wanted${person}@example.com`
    const page = await visitor.submit(await visitor.get('/account/security/email'), { email: next })
    await addAccount(server, `faster${person}`, password, next)
    const refused = await visitor.submit(page, { code: (await readCode(outbox(), next)).code })
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('isn&#39;t valid any more')])
    expect(await get(id)).toMatchObject({ email })
  })

  it('what was mailed to the old address, or before a new password, opens nothing more', async () => {
    const { email, visitor } = await addPerson()
    await visitor.post('/recover', { login: email })
    const recovery = await readCode(outbox(), email)
    const form = await visitor.get('/account/security/password')
    await visitor.submit(form, { current_password: password, password: newPassword })
    expect((await new Visitor(server.issuer).get(recovery.url)).status).toBe(400)
  })

  it('a code is taken in the session of who asked for it, not in another’s', async () => {
    const { visitor } = await addPerson()
    const other = await addPerson()
    const next = `mine${person}@example.com`
    const page = await visitor.submit(await visitor.get('/account/security/email'), { email: next })
    const challenge = /name="challenge" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const { code } = await readCode(outbox(), next)
    const stolen = await other.visitor.post('/account/security/email/code', { challenge, code })
    expect(stolen.status).toBe(400)
    expect(await find(next)).toBeUndefined()
  })

  it('whoever opens the link is told which account wants their address', async () => {
    const { username, visitor } = await addPerson()
    const next = `asked${person}@example.com`
    await visitor.submit(await visitor.get('/account/security/email'), { email: next })
    const page = await new Visitor(server.issuer).get((await readCode(outbox(), next)).url)
    expect(page.text).toContain(`<bdi id="username">${username}</bdi>`)
  })

  it('of 20 parallel uses of link and code one changes the address', async () => {
    const { id, email, visitor } = await addPerson()
    const next = `race${person}@example.com`
    const page = await visitor.submit(await visitor.get('/account/security/email'), { email: next })
    const challenge = /name="challenge" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const { code, secret } = await readCode(outbox(), next)
    const statuses = await Promise.all(
      MANY.map(async (index) => {
        const [path, form] =
          index < 10 ? ['/account/email', { secret }] : ['/account/security/email/code', { challenge, code }]
        return (await visitor.post(path ?? '', form as Record<string, string>)).status
      }),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect((await actsOf(id)).filter((act) => act === 'account.email_changed')).toHaveLength(1)
    expect(await readNotices(outbox(), email)).toEqual(['email_changed'])
  })

  it('a user name is changed, the old one is free; one that is taken is told, and counted', async () => {
    const taken = (await addPerson()).username
    const { id, username, visitor } = await addPerson()
    const form = await visitor.get('/account/security/username')
    const statuses = []
    for (let time = 0; time < 7; time++)
      statuses.push((await visitor.submit(form, { username: taken.toUpperCase() })).status)
    expect(statuses).toEqual([400, 400, 400, 400, 400, 400, 429])
    server.clock.set(server.clock.now() + MINUTE_MS)
    expect(pathOf(await visitor.submit(form, { username: `  Ωmega-${person} `.replace('Ω', 'O') }))).toBe(
      '/account/security',
    )
    expect(await get(id)).toMatchObject({ username: `Omega-${person}` })
    expect(await find(username)).toBeUndefined()
    expect(await actsOf(id)).toContain('account.username_changed')
    const mixed = await visitor.submit(form, { username: 'Оmega' })
    expect(mixed.text).toContain('Use letters of one script')
  })

  it('OWASP ASVS 5.0 6.2.3: a password is changed by who knows it; other sessions end, and the person is told', async () => {
    const { id, username, email, visitor } = await addPerson()
    const other = await signIn(username)
    const form = await visitor.get('/account/security/password')
    const wrong = await visitor.submit(form, { current_password: 'not it at all', password: newPassword })
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('The current password isn&#39;t right.')])
    const weak = await visitor.submit(form, { current_password: password, password: 'too short' })
    expect(weak.text).toContain('Use at least 15 characters.')
    expect(pathOf(await visitor.submit(form, { current_password: password, password: newPassword }))).toBe(
      '/account/security',
    )
    expect(pathOf(await visitor.get('/account'))).toBe('/account')
    expect(pathOf(await other.get('/account'))).toBe('/login')
    expect((await logIn(server, { username, password })).status).toBe(401)
    expect((await logIn(server, { username, password: newPassword })).status).toBe(200)
    expect(await readNotices(outbox(), email)).toEqual(['password_changed'])
    expect((await actsOf(id)).filter((act) => act === 'password.set')).toHaveLength(2)
  })

  it('wrong current passwords are counted as those of logins are', async () => {
    const { visitor } = await addPerson()
    const form = await visitor.get('/account/security/password')
    const statuses = []
    for (let time = 0; time < 7; time++)
      statuses.push((await visitor.submit(form, { current_password: `no ${time}`, password: newPassword })).status)
    expect(statuses.slice(0, 5)).toEqual([400, 400, 400, 400, 400])
    expect(statuses.slice(6)).toEqual([429])
    const right = await visitor.submit(form, { current_password: password, password: newPassword })
    expect(right.status).toBe(429)
  })

  it.each(['/account/security/email', '/account/security/username', '/account/security/password'])(
    '%s needs a login of the last 15 minutes, and comes back to it',
    async (path) => {
      const { visitor, username } = await addPerson()
      server.clock.set(server.clock.now() + 15 * MINUTE_MS + 1)
      const login = await visitor.get(path)
      expect(pathOf(login)).toBe('/login')
      expect(pathOf(await visitor.submit(login, { username, password }))).toBe(path)
    },
  )

  it.each([
    ['/account/security/email', { email: 'x@example.com' }],
    ['/account/security/email/verify', {}],
    ['/account/security/email/code', { challenge: 'x', code: 'BCDF-GHJK' }],
    ['/account/security/username', { username: 'x' }],
    ['/account/security/password', { current_password: password, password: newPassword }],
    ['/account/email', { secret: 'x' }],
  ])('a form of another site at %s is refused', async (path, body) => {
    const { visitor } = await addPerson()
    const left = (await readOutbox(outbox())).length
    expect((await visitor.post(path, body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await readOutbox(outbox())).length).toBe(left)
  })
})
