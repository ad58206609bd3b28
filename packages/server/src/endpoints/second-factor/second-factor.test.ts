import { afterEach, beforeEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { type Authenticator, addAuthenticator } from '../../../testing/factor-scene.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { hashPassword } from '../../domain/credentials/hash-password.ts'
import { setPassword } from '../../domain/credentials/set-password.ts'
import { makeRecoveryCodes } from '../../domain/recovery-codes/recovery-codes.ts'
import { listRememberedDevices } from '../../domain/remembered-devices/remembered-devices.ts'
import { listSessions } from '../../domain/sessions/list-sessions.ts'
import { logOutEverywhere } from '../../domain/sessions/log-out-everywhere.ts'
import { removeTotp } from '../../domain/totp/totp.ts'

const password = 'seven purple umbrellas'
const minute = 60_000

forEachDatabase('/login/second-factor', ({ createUrl }) => {
  let server: TestServer
  let accountId: string
  let app: Authenticator

  beforeEach(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    accountId = await addAccount(server, 'ada', password)
    app = await addAuthenticator(server, accountId)
  })
  afterEach(() => server?.stop())

  const database = () => server.running.installation.database
  const sessions = () => listSessions(database().read, accountId, server.clock.now())
  const later = (milliseconds: number) => server.clock.set(server.clock.now() + milliseconds)
  async function acts(): Promise<readonly string[]> {
    const events = await listAuditEvents(database().read, { accountId, limit: 50 })
    return events.map(({ act }) => act)
  }

  async function begin(visitor: Visitor, returnTo = ''): Promise<Visit> {
    return visitor.post('/login', { username: 'ada', password, return_to: returnTo })
  }

  it('design §3: after the right password there is a page and no session; the right code opens one, of two methods', async () => {
    const visitor = new Visitor(server.issuer)
    const page = await begin(visitor, '/account?x=1')
    expect([page.status, page.url]).toEqual([200, `${server.issuer}/login/second-factor?return_to=%2Faccount%3Fx%3D1`])
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(await sessions()).toEqual([])
    const opened = await visitor.submit(page, { code: app.code() })
    expect([opened.status, opened.url]).toEqual([200, `${server.issuer}/account?x=1`])
    expect(await sessions()).toMatchObject([{ methods: ['pwd', 'otp', 'mfa'], authenticatedAt: server.clock.now() }])
    expect(await acts()).toEqual(expect.arrayContaining(['login.succeeded', 'factor.used', 'session.opened']))
  })

  it('a wrong code is told and counted, opens nothing, and is no end of the login', async () => {
    const visitor = new Visitor(server.issuer)
    const page = await begin(visitor)
    for (const code of ['000000', '', 'x'.repeat(64), app.code(server.clock.now() - 2 * minute)]) {
      const again = await visitor.submit(page, { code })
      expect([again.status, again.text.includes('That code isn&#39;t right')]).toEqual([401, true])
    }
    expect(await sessions()).toEqual([])
    expect((await acts()).filter((act) => act === 'factor.refused')).toHaveLength(4)
    expect((await visitor.submit(page, { code: app.code() })).url).toBe(`${server.issuer}/account`)
  })

  it('RFC 6238 §5.2: a code that was used ends no second login, and neither does one that is older', async () => {
    const visitor = new Visitor(server.issuer)
    await visitor.submit(await begin(visitor), { code: app.code() })
    const other = new Visitor(server.issuer)
    const page = await begin(other)
    expect((await other.submit(page, { code: app.code() })).status).toBe(401)
    expect((await other.submit(page, { code: app.code(server.clock.now() - 30_000) })).status).toBe(401)
    expect((await other.submit(page, { code: app.code(server.clock.now() + 30_000) })).status).toBe(200)
    expect(await sessions()).toHaveLength(2)
  })

  it('of 20 parallel uses of one code for 20 logins one opens a session', async () => {
    const visitors = Array.from({ length: 20 }, () => new Visitor(server.issuer))
    const pages = await Promise.all(visitors.map((visitor) => begin(visitor)))
    const code = app.code()
    const visits = await Promise.all(visitors.map((visitor, index) => visitor.submit(pages[index] as Visit, { code })))
    expect(visits.filter(({ url }) => url.endsWith('/account'))).toHaveLength(1)
    expect(await sessions()).toHaveLength(1)
  })

  it('of 20 parallel uses of one login that waits one opens a session, whatever the factors', async () => {
    const network = '127.0.0.1'
    const codes = await database().write((tx) => makeRecoveryCodes(tx, { accountId, network }))
    const visitor = new Visitor(server.issuer)
    const page = await begin(visitor)
    const uses = [...codes.map((code) => ({ factor: 'recovery_code', code })), { factor: 'totp', code: app.code() }]
    await Promise.all(uses.flatMap((use) => [visitor.submit(page, use), visitor.submit(page, use)]))
    expect(await sessions()).toHaveLength(1)
  })

  it('NIST SP 800-63B-4 §3.2.2: after five wrong codes from one network one waits, right or wrong, before any is looked at', async () => {
    const visitor = new Visitor(server.issuer)
    const page = await begin(visitor)
    for (let guess = 0; guess < 6; guess += 1) await visitor.submit(page, { code: '000000' })
    const throttled = await visitor.submit(page, { code: app.code() })
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '1'])
    later(2000)
    expect((await visitor.submit(page, { code: app.code() })).status).toBe(200)
    // A right one forgives the wrong ones.
    const next = await begin(visitor)
    later(30_000)
    expect((await visitor.submit(next, { code: '000000' })).status).toBe(401)
  })

  it('the cookie of a login that waits opens nothing in another browser, and ends after ten minutes', async () => {
    const answer = await fetch(`${server.issuer}/login`, {
      method: 'POST',
      headers: { accept: 'text/html', origin: server.issuer },
      body: new URLSearchParams({ username: 'ada', password }),
      redirect: 'manual',
    })
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^ostiary_login_step=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/),
    ])
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const open = (path: string) =>
      fetch(`${server.issuer}${path}`, { headers: { accept: 'text/html', cookie }, redirect: 'manual' })
    expect((await open('/account')).headers.get('location')).toContain('/login?')
    expect((await open('/account/api-keys')).headers.get('location')).toContain('/login?')
    expect((await open('/login/second-factor')).status).toBe(200)
    later(10 * minute)
    const ended = await open('/login/second-factor?return_to=%2Fdevice')
    expect([ended.status, (await ended.text()).includes('href="/login?return_to=%2Fdevice"')]).toEqual([400, true])
    expect(await sessions()).toEqual([])
  })

  it.each([
    ['the account is disabled', () => database().write((tx) => disableAccount(tx, accountId, 'cli'))],
    [
      'the password is changed',
      async () => {
        const hash = await hashPassword(server.running.installation.hashQueue, 'nine yellow submarines')
        later(1)
        await database().write((tx) => setPassword(tx, accountId, hash, 'cli'))
      },
    ],
    [
      'the account is logged out everywhere',
      async () => {
        later(1)
        await database().write((tx) => logOutEverywhere(tx, accountId, 'cli'))
      },
    ],
    ['its factor is removed', () => database().write((tx) => removeTotp(tx, { accountId, network: '127.0.0.1' }))],
  ])('a login that waits ends when %s', async (_, end) => {
    const visitor = new Visitor(server.issuer)
    const page = await begin(visitor)
    await end()
    const ended = await visitor.submit(page, { code: app.code() })
    expect([ended.status, ended.text.includes('This sign-in has ended')]).toEqual([400, true])
    expect(await sessions()).toEqual([])
  })

  it('back button, reload and a second tab: one session, and each way leads on', async () => {
    const visitor = new Visitor(server.issuer)
    const first = await begin(visitor)
    const second = await begin(visitor)
    // The first tab's form is of a login that the second has replaced: the page is shown for that.
    const replaced = await visitor.submit(first, { code: app.code() })
    expect([replaced.status, replaced.text.includes('name="code"')]).toEqual([200, true])
    expect((await visitor.submit(second, { code: app.code() })).url).toBe(`${server.issuer}/account`)
    expect((await visitor.submit(second, { code: app.code() })).url).toBe(`${server.issuer}/account`)
    expect((await visitor.get('/login/second-factor')).url).toBe(`${server.issuer}/account`)
    expect(await sessions()).toHaveLength(1)
  })

  it('a form of another account’s login is no step of this one', async () => {
    await addAccount(server, 'grace', password)
    const visitor = new Visitor(server.issuer)
    const page = await begin(visitor)
    const other = await visitor.post('/login', { username: 'grace', password })
    expect(other.url).toBe(`${server.issuer}/account`)
    const answer = await visitor.submit(page, { code: app.code() })
    expect([answer.url, await sessions()]).toEqual([`${server.issuer}/account`, []])
  })

  it('a browser that is remembered is not asked for 30 days, and only for this account; a change of password ends that', async () => {
    const visitor = new Visitor(server.issuer)
    await visitor.submit(await begin(visitor), { code: app.code(), remember: '1' })
    expect((await begin(visitor)).url).toBe(`${server.issuer}/account`)
    expect(await sessions()).toMatchObject([{ methods: ['pwd'] }])
    const other = await addAccount(server, 'grace', password)
    await addAuthenticator(server, other)
    expect((await visitor.post('/login', { username: 'grace', password })).url).toContain('/login/second-factor')
    const hash = await hashPassword(server.running.installation.hashQueue, password)
    later(1)
    await database().write((tx) => setPassword(tx, accountId, hash, 'cli'))
    expect((await begin(visitor)).url).toContain('/login/second-factor')
    expect(await listRememberedDevices(database().read, accountId, server.clock.now())).toEqual([])
  })

  it('a browser is remembered for 30 days and no longer, and not after "log out everywhere"', async () => {
    const visitor = new Visitor(server.issuer)
    await visitor.submit(await begin(visitor), { code: app.code(), remember: '1' })
    later(30 * 24 * 60 * minute - 1)
    expect((await begin(visitor)).url).toBe(`${server.issuer}/account`)
    later(1)
    const page = await begin(visitor)
    expect(page.url).toContain('/login/second-factor')
    await visitor.submit(page, { code: app.code(), remember: '1' })
    await database().write((tx) => logOutEverywhere(tx, accountId, 'cli'))
    later(1)
    expect((await begin(visitor)).url).toContain('/login/second-factor')
  })

  it('what another site makes a browser send is refused', async () => {
    const visitor = new Visitor(server.issuer)
    const page = await begin(visitor)
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const step = /name="step" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const refused = await visitor.post('/login/second-factor', { factor: 'totp', step, code: app.code() }, headers)
    expect([refused.status, await sessions()]).toEqual([403, []])
  })
})
