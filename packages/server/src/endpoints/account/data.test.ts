import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { launchBrowser } from '../../../testing/browser.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAuthenticator } from '../../../testing/factor-scene.ts'
import { waitForCode, waitForMail } from '../../../testing/mailbox.ts'
import { addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { createAccount } from '../../domain/accounts/create-account.ts'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { parseEmail } from '../../domain/accounts/parse-email.ts'
import { parseUsername } from '../../domain/accounts/parse-username.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { hashPassword } from '../../domain/credentials/hash-password.ts'
import type { PasswordHash } from '../../domain/credentials/password-hash.ts'
import { setPassword } from '../../domain/credentials/set-password.ts'
import { purgeAccounts } from '../../domain/personal-data/purge-accounts.ts'
import { logOutEverywhere } from '../../domain/sessions/log-out-everywhere.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'

const audience = 'https://api.example.com'
const password = 'a long walk along the river'
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const json = { accept: 'application/json' }

forEachDatabase('one’s own data', ({ createUrl }) => {
  let browser: Browser
  let server: TestServer
  let people = 0
  let name: string
  let accountId: string
  let person: Visitor

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer({ databaseUrl: await createUrl() })
    await addApi(server, { audience, name: 'Orders' })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })
  beforeEach(async () => {
    people += 1
    name = `ada${people}`
    accountId = await addPerson()
    person = await signIn()
  })

  /** With an e-mail address, so that mails can be left. */
  async function addPerson(): Promise<string> {
    const { database, hashQueue } = server.running.installation
    const [username, email] = [parseUsername(name), parseEmail(`${name}@example.com`)]
    if (!username.ok || !email.ok) throw new Error(name)
    const hash = await hashPassword(hashQueue, password)
    return database.write(async (tx) => {
      const created = await createAccount(tx, { username: username.username, email: email.email, actor: 'cli' })
      if (!created.ok) throw new Error(created.reason)
      await setPassword(tx, created.account.id, hash, 'cli')
      return created.account.id
    })
  }

  async function signIn(): Promise<Visitor> {
    const visitor = new Visitor(server.issuer)
    await visitor.submit(await visitor.get('/login'), { username: name, password })
    return visitor
  }

  const read = (): Queries => server.running.installation.database.read
  const acts = async () => (await listAuditEvents(read(), { accountId, limit: 100 })).map(({ act }) => act)
  const countMails = async () => {
    const mails = read().withTables<{ mail: { id: string } }>()
    return (await mails.selectFrom('mail').select('id').execute()).length
  }
  const askForDeletion = () => person.post('/account/data/deletion', { username: name.toUpperCase() })

  it('is a file, after a fresh login, audited', async () => {
    const page = await person.get('/account/data')
    expect(page.text).toContain('<form method="post" action="/account/data/export">')
    const file = await person.post('/account/data/export', {})
    expect(file.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="account-\d{4}-\d\d-\d\d\.json"$/)
    expect(file.headers.get('cache-control')).toBe('no-store')
    expect(JSON.parse(file.text)).toMatchObject({ issuer: server.issuer, account: { id: accountId, username: name } })
    expect(await acts()).toContain('account.data_exported')
  })

  it('its deletion says what it does, in numbers, and asks for the user name', async () => {
    await logIn(server, { username: name, password, audience })
    const form = await person.get('/account/data/deletion')
    expect(form.text).toContain('<li>Ends 2 sessions now.</li>')
    expect(form.text).not.toContain('API key')
    const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' })
    const moment = server.clock.now() + 14 * DAY_MS
    expect(form.text).toContain(`Your account will be deleted on ${day.format(moment)}.`)
    expect(JSON.parse((await person.get('/account/data/deletion', json)).text)).toEqual({
      ...{ sessions: 2, api_keys: 0, apps: 0, delete_after: new Date(moment).toISOString() },
    })
    const refused = await person.post('/account/data/deletion', { username: 'grace <b>' })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('value="grace &lt;b&gt;"')
    expect((await person.post('/account/data/deletion', { username: 'grace' }, json)).status).toBe(400)
    expect((await findAccount(read(), accountId))?.deleteAfter).toBeUndefined()
  })

  it('asked for, everything ends at once, the person is told, and nobody else takes the name', async () => {
    const login = await logIn(server, { username: name, password, audience })
    const { refresh_token } = (await login.json()) as { refresh_token: string }
    const mails = await countMails()
    const done = await askForDeletion()
    expect([done.status, done.text.includes('You are signed out')]).toEqual([200, true])
    expect((await person.get('/account')).url).toContain('/login')
    const refresh = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token })
    expect((await fetch(`${server.issuer}/token`, { method: 'POST', body: refresh })).status).toBe(400)
    expect(await countMails()).toBe(mails + 1)
    expect(await acts()).toEqual(expect.arrayContaining(['account.deletion_requested', 'account.logged_out']))
    await expect(addPerson()).rejects.toThrow('username_taken')
  })

  it('a program logs in to it no more, and tells only who has the password', async () => {
    await askForDeletion()
    const right = await logIn(server, { username: name, password, audience })
    expect([right.status, await right.json()]).toMatchObject([403, { code: 'deletion_pending' }])
    const wrong = await logIn(server, { username: name, password: 'wrong', audience })
    expect([wrong.status, await wrong.json()]).toMatchObject([401, { code: 'invalid_credentials' }])
  })

  it('who signs in within the grace is asked, and opens nothing before the answer; kept, it is theirs again', async () => {
    await askForDeletion()
    const again = await signIn()
    const asked = await again.get('/account/keep')
    expect(asked.text).toContain(`<bdi id="username">${name}</bdi>`)
    expect((await again.get('/account')).url).toContain('/login')
    const mails = await countMails()
    const kept = await again.post('/account/keep', { decision: 'keep' })
    expect([kept.status, kept.url]).toEqual([200, `${server.issuer}/account`])
    expect((await findAccount(read(), accountId))?.deleteAfter).toBeUndefined()
    expect(await acts()).toContain('account.deletion_cancelled')
    expect(await countMails()).toBe(mails + 1)
    expect((await logIn(server, { username: name, password, audience })).status).toBe(200)
  })

  it.each([
    ['another password', (tx: Transaction, hash: PasswordHash) => setPassword(tx, accountId, hash, 'cli')],
    ['a logout everywhere', (tx: Transaction) => logOutEverywhere(tx, accountId, 'cli')],
  ])('a login that waits for that answer is ended by %s, as any other is', async (_, end) => {
    await askForDeletion()
    const waiting = await signIn()
    const { database, hashQueue } = server.running.installation
    const hash = await hashPassword(hashQueue, 'nine amber lanterns')
    server.clock.set(server.clock.now() + 10)
    await database.write(async (tx) => void (await end(tx, hash)))
    expect((await waiting.post('/account/keep', { decision: 'keep' })).status).toBe(400)
    expect((await waiting.get('/account')).url).toContain('/login')
    expect((await findAccount(read(), accountId))?.deleteAfter).toBeDefined()
  })

  it('of 20 answers at once that keep it, one signs in', async () => {
    await askForDeletion()
    const again = await signIn()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => again.post('/account/keep', { decision: 'keep' })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19)
    expect((await acts()).filter((act) => act === 'account.deletion_cancelled')).toHaveLength(1)
  })

  it('let go, it stays to be deleted; a step of another site, or too late, keeps nothing', async () => {
    await askForDeletion()
    const again = await signIn()
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await again.post('/account/keep', { decision: 'keep' }, evil)).status).toBe(403)
    expect((await again.post('/account/keep', { decision: 'leave' })).url).toContain('/login')
    expect((await again.post('/account/keep', { decision: 'keep' })).status).toBe(400)
    const late = await signIn()
    server.clock.set(server.clock.now() + 14 * DAY_MS)
    expect((await late.get('/account/keep')).text).toContain('There is nothing to keep')
    expect((await late.post('/account/keep', { decision: 'keep' })).status).toBe(400)
    expect((await findAccount(read(), accountId))?.deleteAfter).toBeDefined()
  })

  it.each(['/account/data/export', '/account/data/deletion'])(
    '%s needs a login of the last 15 minutes',
    async (path) => {
      server.clock.set(server.clock.now() + 15 * MINUTE_MS + 1)
      const old = await person.post(path, { username: name })
      expect(old.url).toContain('/login?anew=1&return_to=%2Faccount%2Fdata')
      expect(old.text).toContain(`name="username" type="text" value="${name}"`)
      expect((await person.get('/login?switch=1')).text).toContain('name="username" type="text" value=""')
      const program = await person.post(path, { username: name }, json)
      expect([program.status, JSON.parse(program.text).code]).toEqual([403, 'login_too_old'])
      expect((await findAccount(read(), accountId))?.deleteAfter).toBeUndefined()
      expect(await acts()).not.toContain('account.data_exported')
    },
  )

  it.each(['/account/data/export', '/account/data/deletion'])(
    '%s is nothing for another site, or nobody',
    async (path) => {
      const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
      expect((await person.post(path, { username: name }, evil)).status).toBe(403)
      expect((await new Visitor(server.issuer).post(path, { username: name }, json)).status).toBe(401)
    },
  )

  it.each([
    ['/account/data/deletion', ''],
    ['/account/data/deletion', 'username='],
    ['/account/data/deletion', 'username=a&username=b'],
    ['/account/data/deletion', `username=${'a'.repeat(100_000)}`],
    ['/account/data/deletion', 'username=a%00'],
    ['/account/keep', ''],
    ['/account/keep', 'decision='],
    ['/account/keep', 'decision=keep&decision=keep'],
    ['/account/keep', 'decision=Keep'],
  ])('%s refuses the body %.40j and changes nothing', async (path, body) => {
    const before = await acts()
    const answer = await person.post(path, new URLSearchParams(body), json)
    expect([400, 413]).toContain(answer.status)
    expect(await acts()).toEqual(before)
  })

  it('the question stands behind every factor of the account, and a factor alone opens nothing', async () => {
    const authenticator = await addAuthenticator(server, accountId)
    await askForDeletion()
    server.clock.set(server.clock.now() + MINUTE_MS)
    const again = new Visitor(server.issuer)
    const factor = await again.submit(await again.get('/login'), { username: name, password })
    expect(factor.url).toContain('/login/second-factor')
    expect((await again.get('/account/keep')).text).toContain('There is nothing to keep')
    const asked = await again.submit(factor, { code: authenticator.code() })
    expect(asked.url).toBe(`${server.issuer}/account/keep`)
    expect((await again.get('/account')).url).toContain('/login')
    expect((await again.post('/account/keep', { decision: 'keep' })).url).toBe(`${server.issuer}/account`)
  })

  it('asked for by a stranger: the link of the mail locks, the account outlives its grace, and its owner recovers it', async () => {
    const email = `${name}@example.com`
    await askForDeletion()
    const { mail } = await waitForMail(
      server,
      email,
      (one) => one.mail.kind === 'notice' && one.mail.notice === 'deletion_requested',
    )
    if (mail.kind !== 'notice' || mail.lockUrl === undefined) throw new Error('It has no link.')
    expect(mail.deleteAfter).toBe((await findAccount(read(), accountId))?.deleteAfter)
    const owner = new Visitor(server.issuer)
    await owner.submit(await owner.get(mail.lockUrl), {})
    server.clock.set(server.clock.now() + 15 * DAY_MS)
    await purgeAccounts(server.running.installation.database, server.clock.now())
    expect(await findAccount(read(), accountId)).toMatchObject({ disabledBy: 'owner' })
    const asking = await owner.submit(await owner.get('/recover'), { login: name })
    const { code } = await waitForCode(server, email)
    const choosing = await owner.submit(asking, { code })
    const done = await owner.submit(choosing, { password: 'another long walk along the sea' })
    expect(done.url).toBe(`${server.issuer}/account`)
    const account = await findAccount(read(), accountId)
    expect([account?.disabledBy, account?.deleteAfter]).toEqual([undefined, undefined])
    expect(await acts()).toEqual(
      expect.arrayContaining(['account.locked', 'account.recovered', 'account.deletion_cancelled']),
    )
  })

  it('in a browser without JavaScript: the file is downloaded; an old login leads back to the form; deleted, then kept', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    const signInHere = async () => {
      await page.getByLabel('User name').fill(name)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    await page.goto(`${server.issuer}/account/data`)
    await signInHere()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the file' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^account-.*\.json$/)
    server.clock.set(server.clock.now() + 16 * MINUTE_MS)
    await page.getByRole('link', { name: 'Delete your account' }).click()
    await signInHere()
    await page.waitForURL(`${server.issuer}/account/data/deletion`)
    await page.getByLabel('To confirm, type your user name').fill('somebody')
    await page.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('To confirm, type your user name').fill(name)
    await page.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signInHere()
    await page.getByRole('heading', { name: 'Keep your account?' }).waitFor()
    await page.getByRole('button', { name: 'Keep my account' }).click()
    await page.waitForURL(`${server.issuer}/account`)
    expect(await page.locator('#username').innerText()).toBe(name)
    await context.close()
  })
})
