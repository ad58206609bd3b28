import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AuthorizationScene } from '../../../testing/authorization-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { readCode, readOutbox } from '../../../testing/outbox.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { hashPassword } from '../../domain/credentials/hash-password.ts'
import { setPassword } from '../../domain/credentials/set-password.ts'
import { listSessions } from '../../domain/sessions/list-sessions.ts'

const password = 'seven purple umbrellas'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MANY = Array.from({ length: 20 }, (_, index) => index)

forEachDatabase('login by mail', ({ createUrl }) => {
  let server: TestServer
  let person = 0

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl(), config: { emailLogin: true } })
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

  async function addPerson(): Promise<{ id: string; username: string; email: string }> {
    person += 1
    const [username, email] = [`person${person}`, `person${person}@example.com`]
    return { id: await addAccount(server, username, password, email), username, email }
  }

  function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${server.issuer}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'manual',
    })
  }

  it('by the code where it began: a session of one step, and the address is verified', async () => {
    const { id, username, email } = await addPerson()
    const visitor = new Visitor(server.issuer)
    const login = await visitor.get('/login?return_to=/account/security')
    expect(login.text).toContain('href="/login/email?return_to=%2Faccount%2Fsecurity"')
    const form = await visitor.get('/login/email?return_to=%2Faccount%2Fsecurity')
    const page = await visitor.submit(form, { login: username })
    const { code } = await readCode(outbox(), email)
    const done = await visitor.submit(page, { code })
    expect([done.status, new URL(done.url).pathname]).toEqual([200, '/account/security'])
    const { read } = server.running.installation.database
    const [session] = await listSessions(read, id, server.clock.now())
    expect(session?.methods).toEqual(['otp'])
    expect(await findAccount(read, id)).toMatchObject({ emailVerifiedAt: server.clock.now() })
    const [event] = await listAuditEvents(read, { accountId: id, act: 'login.succeeded', limit: 5 })
    expect(event?.detail).toEqual({ by: 'email_login' })
  })

  it('whoever chose the password of an account whose address was never proved has it no longer; its own person keeps theirs', async () => {
    const { username, email } = await addPerson()
    const stranger = new Visitor(server.issuer)
    await stranger.post('/login', { username, password })
    const logInByMail = async () => {
      const visitor = new Visitor(server.issuer)
      const page = await visitor.submit(await visitor.get('/login/email'), { login: email })
      return visitor.submit(page, { code: (await readCode(outbox(), email)).code })
    }
    expect(new URL((await logInByMail()).url).pathname).toBe('/account')
    expect(new URL((await stranger.get('/account')).url).pathname).toBe('/login')
    expect((await stranger.post('/login', { username, password })).status).toBe(401)
    const { database, hashQueue } = server.running.installation
    const hash = await hashPassword(hashQueue, password)
    const id = (await findAccountByLoginName(database.read, username))?.id ?? ''
    await database.write((tx) => setPassword(tx, id, hash, `account:${id}`))
    server.clock.set(server.clock.now() + DAY_MS)
    await logInByMail()
    expect((await stranger.post('/login', { username, password })).status).toBe(200)
  })

  it('whoever had an account whose address was never proved has no mail any more by which it would get another one', async () => {
    const { id, username, email } = await addPerson()
    const stranger = new Visitor(server.issuer)
    await stranger.post('/login', { username, password })
    await stranger.post('/account/security/email', { email: `stranger${person}@example.com` })
    const { secret } = await readCode(outbox(), `stranger${person}@example.com`)
    const own = new Visitor(server.issuer)
    const page = await own.submit(await own.get('/login/email'), { login: email })
    await own.submit(page, { code: (await readCode(outbox(), email)).code })
    expect((await post('/account/email', { secret })).status).toBe(400)
    expect(await findAccount(server.running.installation.database.read, id)).toMatchObject({ email })
  })

  it('by the link in any browser, which says first whom it signs in', async () => {
    const { username, email } = await addPerson()
    const [one, other] = [new Visitor(server.issuer), new Visitor(server.issuer)]
    await one.submit(await one.get('/login/email'), { login: email })
    const { url } = await readCode(outbox(), email)
    for (let time = 0; time < 3; time++) expect((await other.get(url)).text).toContain(`<bdi>${username}</bdi>`)
    expect(new URL((await other.get('/account')).url).pathname).toBe('/login')
    const done = await other.submit(await other.get(url), {})
    expect(new URL(done.url).pathname).toBe('/account')
    expect(new URL((await one.get('/account')).url).pathname).toBe('/login')
    expect((await other.get(url)).status).toBe(400)
  })

  it('for who is unknown, disabled or without address no mail is sent, and the answer is the same', async () => {
    const { username } = await addPerson()
    const disabled = await addPerson()
    await server.running.installation.database.write((tx) => disableAccount(tx, disabled.id, 'cli'))
    await addAccount(server, 'addressless', password)
    for (const [index, login] of [username, disabled.email, 'addressless', 'nobody@example.com'].entries()) {
      server.clock.set(server.clock.now() + 1)
      const answer = await post('/login/email', { login })
      expect([answer.status, Object.keys((await answer.json()) as object)]).toEqual([202, ['challenge', 'expires_at']])
      expect((await readOutbox(outbox())).at(-1)?.isWithheld).toBe(index > 0)
    }
  })

  it('of 20 parallel uses of link and code one signs in', async () => {
    const { id, username, email } = await addPerson()
    const asked = (await (await post('/login/email', { login: username })).json()) as { challenge: string }
    const { code, secret } = await readCode(outbox(), email)
    const statuses = await Promise.all(
      MANY.map(async (index) => {
        if (index < 10) return (await post('/login/email/confirm', { secret })).status
        return (await post('/login/email/code', { challenge: asked.challenge, code })).status
      }),
    )
    expect(statuses.toSorted().slice(0, 2)).toEqual([200, 400])
    const { read } = server.running.installation.database
    expect(await listSessions(read, id, server.clock.now())).toHaveLength(1)
  })

  it('is good for 15 minutes, and not for an account that was disabled meanwhile', async () => {
    const { id, username, email } = await addPerson()
    await post('/login/email', { login: username })
    const first = await readCode(outbox(), email)
    server.clock.set(server.clock.now() + 15 * MINUTE_MS)
    expect((await post('/login/email/confirm', { secret: first.secret })).status).toBe(400)
    await post('/login/email', { login: username })
    const second = await readCode(outbox(), email)
    await server.running.installation.database.write((tx) => disableAccount(tx, id, 'cli'))
    expect((await post('/login/email/confirm', { secret: second.secret })).status).toBe(400)
  })

  it.each([
    ['/login/email', { login: 'ada' }],
    ['/login/email/code', { challenge: 'x', code: 'BCDF-GHJK' }],
    ['/login/email/confirm', { secret: 'x' }],
  ])('a form of another site at %s is refused', async (path, body) => {
    expect((await post(path, body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  })
})

describe('login by mail within an installation', () => {
  it('RFC 8176: an app gets amr otp; by the link it goes on only when the person says so', async () => {
    const scene = await AuthorizationScene.start({ config: { emailLogin: true } })
    const { server } = scene
    await addAccount(server, 'grace', password, 'grace@example.com')
    const { database, sealer } = server.running.installation
    const login = await scene.browser.get(scene.url())
    const href = /href="(\/login\/email\?[^"]+)"/.exec(login.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const page = await scene.browser.submit(await scene.browser.get(href), { login: 'grace' })
    const { url } = await readCode({ read: database.read, sealer }, 'grace@example.com')
    const elsewhere = new Visitor(server.issuer)
    const signedIn = await elsewhere.submit(await elsewhere.get(url), {})
    expect(signedIn.text).toContain('Then go back there')
    expect(page.text).toContain('one-time-code')
    await server.stop()
  })

  it('is off by default: there is no such door', async () => {
    const server = await startTestServer()
    expect((await fetch(`${server.issuer}/login/email`)).status).toBe(404)
    expect(await (await fetch(`${server.issuer}/login`)).text()).not.toContain('/login/email')
    await server.stop()
  })
})
