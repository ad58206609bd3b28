import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { type ReadMail, waitForMail } from '../../../testing/mailbox.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { resetFactors } from '../../domain/login/reset-factors.ts'
import { makeRecoveryCodes } from '../../domain/recovery-codes/recovery-codes.ts'
import { listSessions } from '../../domain/sessions/list-sessions.ts'

const password = 'seven purple umbrellas'
const minute = 60_000

forEachDatabase('/account/security: second factors', ({ createUrl }) => {
  let server: TestServer
  let accountId: string
  let username: string
  let count = 0

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    count += 1
    username = `ada${count}`
    accountId = await addAccount(server, username, password)
  })

  const database = () => server.running.installation.database
  const later = (milliseconds: number) => server.clock.set(server.clock.now() + milliseconds)
  const security = () => `${server.issuer}/account/security`
  async function acts(): Promise<readonly string[]> {
    const events = await listAuditEvents(database().read, { accountId, limit: 50 })
    return events.map(({ act }) => act)
  }

  function signIn(visitor: Visitor, returnTo = ''): Promise<Visit> {
    return visitor.post('/login', { username, password, return_to: returnTo })
  }

  /** What an app of others shows that has read the page's text. */
  function readApp(page: Visit): () => string {
    const text = /id="totp-secret" dir="ltr">([^<]+)</.exec(page.text)?.[1] ?? ''
    const app = new TOTP({ secret: Secret.fromBase32(text.replaceAll(' ', '')), digits: 6, period: 30 })
    return () => app.generate({ timestamp: server.clock.now() })
  }

  async function setUp(visitor: Visitor): Promise<{ readonly show: () => string; readonly codes: readonly string[] }> {
    await signIn(visitor)
    const page = await visitor.get('/account/security/totp')
    const show = readApp(page)
    const made = await visitor.submit(page, { code: show() })
    later(30_000)
    return { show, codes: codesOn(made) }
  }

  function codesOn(page: Visit): readonly string[] {
    return [...page.text.matchAll(/<li><code>([0-9A-Z-]{19})<\/code>/g)].map(([, code = '']) => code)
  }

  it('an app is set up by its picture or its text, and counts once it has shown a code; ten recovery codes come with it, once', async () => {
    const visitor = new Visitor(server.issuer)
    await signIn(visitor)
    const page = await visitor.get('/account/security/totp')
    expect(page.text).toContain('<svg class="qr"')
    const uri = /href="(otpauth:[^"]+)"/.exec(page.text)?.[1] ?? ''
    expect(new URL(uri.replaceAll('&amp;', '&')).searchParams.get('issuer')).toBe('Ostiary')
    const wrong = await visitor.submit(page, { code: '000000' })
    expect([wrong.status, readApp(wrong)()]).toEqual([400, readApp(page)()])
    expect((await visitor.get(security())).text).toContain('There is none.')
    const made = await visitor.submit(wrong, { code: readApp(page)() })
    expect([made.status, codesOn(made).length, made.headers.get('cache-control')]).toEqual([200, 10, 'no-store'])
    expect(new Set(codesOn(made)).size).toBe(10)
    expect((await visitor.get(security())).text).toContain('10 codes are left.')
    expect(await acts()).toEqual(expect.arrayContaining(['factor.added', 'recovery_codes.made']))
    const next = new Visitor(server.issuer)
    const asked = await signIn(next)
    // The code that set it up is used; a picture of it that somebody saw is worth nothing.
    expect((await next.submit(asked, { code: readApp(page)() })).status).toBe(401)
    later(30_000)
    expect((await next.submit(asked, { code: readApp(page)() })).url).toBe(`${server.issuer}/account`)
  })

  it('a form of another account, a changed one and one of 15 minutes ago set up nothing', async () => {
    const visitor = new Visitor(server.issuer)
    await signIn(visitor)
    const page = await visitor.get('/account/security/totp')
    const sealed = /name="enrolment" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const code = readApp(page)()
    const other = new Visitor(server.issuer)
    username = `grace${count}`
    await addAccount(server, username, password)
    await signIn(other)
    for (const enrolment of [sealed, `${sealed}A`, 'v1.x.y']) {
      expect((await other.post('/account/security/totp', { enrolment, code })).status).toBe(400)
    }
    later(15 * minute)
    expect((await visitor.post('/account/security/totp', { enrolment: sealed, code: readApp(page)() })).status).toBe(
      400,
    )
  })

  it('of 20 parallel first codes one sets an app up', async () => {
    const visitor = new Visitor(server.issuer)
    await signIn(visitor)
    const page = await visitor.get('/account/security/totp')
    const code = readApp(page)()
    const visits = await Promise.all(Array.from({ length: 20 }, () => visitor.submit(page, { code })))
    expect(visits.filter((visit) => codesOn(visit).length === 10)).toHaveLength(1)
    expect((await acts()).filter((act) => act === 'factor.added')).toHaveLength(1)
  })

  it('a recovery code ends a login, once, however it is typed; of 20 parallel uses one does', async () => {
    const { codes } = await setUp(new Visitor(server.issuer))
    const [first = '', second = ''] = codes
    const visitor = new Visitor(server.issuer)
    const typed = ` ${first.toLowerCase().replaceAll('-', ' ')} `
    const opened = await visitor.submit(await signIn(visitor), { factor: 'recovery_code', code: typed })
    expect(opened.url).toBe(`${server.issuer}/account`)
    expect((await visitor.get(security())).text).toContain('9 codes are left.')
    const visitors = Array.from({ length: 20 }, () => new Visitor(server.issuer))
    const pages = await Promise.all(visitors.map((one) => signIn(one)))
    const use = { factor: 'recovery_code', code: second }
    const visits = await Promise.all(visitors.map((one, index) => one.submit(pages[index] as Visit, use)))
    expect(visits.filter(({ url }) => url.endsWith('/account'))).toHaveLength(1)
    expect((await visitor.get(security())).text).toContain('8 codes are left.')
  })

  it('who signs in with a recovery code is told of that by mail, and of no recovery', async () => {
    const email = `${username}@example.com`
    username = `mailed${count}`
    accountId = await addAccount(server, username, password, email)
    const { codes } = await setUp(new Visitor(server.issuer))
    const visitor = new Visitor(server.issuer)
    await visitor.submit(await signIn(visitor), { factor: 'recovery_code', code: codes[0] ?? '' })
    const isOfRecovery = ({ mail }: ReadMail) => mail.kind === 'notice' && mail.notice.startsWith('recovery')
    expect(await waitForMail(server, email, isOfRecovery)).toMatchObject({ mail: { notice: 'recovery_code_used' } })
  })

  it('new recovery codes end the old ones', async () => {
    const visitor = new Visitor(server.issuer)
    const { codes, show } = await setUp(visitor)
    const asked = await signIn(visitor)
    await visitor.submit(asked, { code: show() })
    const renewed = await visitor.post('/account/security/recovery-codes', {})
    expect([renewed.status, codesOn(renewed).length]).toEqual([200, 10])
    const other = new Visitor(server.issuer)
    const page = await signIn(other)
    expect((await other.submit(page, { factor: 'recovery_code', code: codes[2] ?? '' })).status).toBe(401)
    expect((await other.submit(page, { factor: 'recovery_code', code: codesOn(renewed)[0] ?? '' })).status).toBe(200)
  })

  it('no recovery codes can lie in wait: none are made without a factor, and the first one ends whatever there is', async () => {
    const visitor = new Visitor(server.issuer)
    await signIn(visitor)
    const renewal = '/account/security/recovery-codes'
    expect(codesOn(await visitor.post(renewal, {}))).toEqual([])
    const program = { accept: 'application/json' }
    expect((await visitor.post(renewal, {}, program)).status).toBe(204)
    const planted = await database().write((tx) => makeRecoveryCodes(tx, { accountId, network: '192.0.2.1' }))
    expect((await setUp(new Visitor(server.issuer))).codes).toHaveLength(10)
    const page = await signIn(visitor)
    expect((await visitor.submit(page, { factor: 'recovery_code', code: planted[0] ?? '' })).status).toBe(401)
  })

  it('whoever was in before a factor was added neither removes it nor gets codes for it, however many forms are on their way', async () => {
    const [owner, thief] = [new Visitor(server.issuer), new Visitor(server.issuer)]
    await Promise.all([signIn(owner), signIn(thief)])
    const page = await owner.get('/account/security/totp')
    const program = { accept: 'application/json' }
    const paths = ['/account/security/recovery-codes', '/account/security/totp/remove']
    const send = () => paths.map((path) => thief.post(path, {}, program))
    const early = Array.from({ length: 10 }, send).flat()
    const adding = owner.submit(page, { code: readApp(page)() })
    const answers = await Promise.all([...early, ...Array.from({ length: 10 }, send).flat()])
    expect(codesOn(await adding)).toHaveLength(10)
    expect(answers.filter(({ text }) => text.includes('recovery_codes":["'))).toEqual([])
    expect((await signIn(new Visitor(server.issuer))).url).toContain('/login/second-factor')
  })

  it('removing the app needs a fresh login that has proved it, and ends what was remembered and the recovery codes', async () => {
    const visitor = new Visitor(server.issuer)
    const { show } = await setUp(visitor)
    // The session is older than the app and has not proved it: it is asked for a code first, and nothing is removed by that.
    const asked = await visitor.post('/account/security/totp/remove', {})
    expect([asked.status, asked.url.includes('/login/second-factor?step_up=1')]).toEqual([200, true])
    const back = await visitor.submit(asked, { code: show() })
    expect([back.url, back.text.includes('Remove the app')]).toEqual([security(), true])
    expect(await listSessions(database().read, accountId, server.clock.now())).toMatchObject([
      { methods: ['pwd', 'otp', 'mfa'], authenticatedAt: server.clock.now() - 30_000 },
    ])
    later(30_000)
    const page = await signIn(visitor)
    await visitor.submit(page, { code: show(), remember: '1' })
    expect((await visitor.get(security())).text).toContain('Devices that are not asked for a code')
    later(15 * minute + 1)
    expect((await visitor.post('/account/security/totp/remove', {})).url).toContain('/login?anew=1')
    await signIn(visitor, '/account/security')
    const proved = await visitor.post('/account/security/totp/remove', {})
    await visitor.submit(proved, { code: show() })
    const removed = await visitor.post('/account/security/totp/remove', {})
    expect([removed.url, removed.text.includes('There is none.'), removed.text.includes('codes are left')]).toEqual([
      security(),
      true,
      false,
    ])
    expect(await acts()).toEqual(expect.arrayContaining(['factor.removed', 'device.forgotten']))
    const next = new Visitor(server.issuer)
    expect((await signIn(next)).url).toBe(`${server.issuer}/account`)
  })

  it('a remembered browser is asked again when the person says so; another account’s id changes nothing', async () => {
    const visitor = new Visitor(server.issuer)
    const { show } = await setUp(visitor)
    await visitor.submit(await signIn(visitor), { code: show(), remember: '1' })
    const id = /name="forget" value="([^"]+)"/.exec((await visitor.get(security())).text)?.[1] ?? ''
    const other = new Visitor(server.issuer)
    const mine = username
    username = `grace${count}`
    await addAccount(server, username, password)
    await signIn(other)
    await other.post('/account/security/remembered-devices', { forget: id })
    username = mine
    expect((await signIn(visitor)).url).toBe(`${server.issuer}/account`)
    await visitor.post('/account/security/remembered-devices', { forget: id })
    expect((await signIn(visitor)).url).toContain('/login/second-factor')
  })

  it('an operator ends the factors of who has lost them: a password is enough again', async () => {
    const visitor = new Visitor(server.issuer)
    const { show } = await setUp(visitor)
    await visitor.submit(await signIn(visitor), { code: show(), remember: '1' })
    const reset = () => database().write((tx) => resetFactors(tx, { accountId, actor: 'cli' }))
    expect(await reset()).toEqual({ hadApp: true, passkeys: 0 })
    expect(await reset()).toEqual({ hadApp: false, passkeys: 0 })
    expect((await signIn(new Visitor(server.issuer))).url).toBe(`${server.issuer}/account`)
    const page = await visitor.get(security())
    expect([page.text.includes('codes are left'), page.text.includes('not asked for a code')]).toEqual([false, false])
    expect(await acts()).toEqual(expect.arrayContaining(['factor.removed', 'device.forgotten']))
  })

  it('the JSON of the page says what there is, and no secret', async () => {
    const visitor = new Visitor(server.issuer)
    await setUp(visitor)
    const answer = await visitor.get('/account/security', { accept: 'application/json' })
    const { second_factors } = JSON.parse(answer.text)
    const app = { added_at: new Date(server.clock.now() - 30_000).toISOString() }
    expect(second_factors).toEqual({ totp: app, recovery_codes_left: 10, remembered_devices: [] })
    expect(server.logText()).not.toMatch(/otpauth:|secret=/)
  })
})
