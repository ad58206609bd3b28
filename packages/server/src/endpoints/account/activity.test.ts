import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from '../../../testing/browser.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { addRole } from '../../domain/accounts/change-role.ts'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { languages } from '../../platform/html/language.ts'
import { sentenceOf, toldActs } from './describe-event.ts'

const audience = 'https://api.example.com'
const password = 'a long walk along the river'
const json = { accept: 'application/json' }
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'

interface Told {
  readonly events: readonly { readonly act: string; readonly about: string[]; readonly device: string | null }[]
  readonly earlier: string | null
}

describe('what happens to an account', () => {
  it.each(languages)('is one sentence for each act in %s, and no two are alike', (language) => {
    const sentences = toldActs.map((act) => sentenceOf(act, language))
    expect(new Set(sentences).size).toBe(toldActs.length)
    for (const sentence of sentences) expect(sentence).toMatch(/^\p{L}.{5,120}[^.]$/u)
  })
})

forEachDatabase('one’s own activity', ({ createUrl }) => {
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
    accountId = await addAccount(server, name, password)
    passTime()
    person = new Visitor(server.issuer)
    await person.submit(await person.get('/login'), { username: name, password })
  })

  const read = async (path = '/account/activity', who = person): Promise<Told> =>
    JSON.parse((await who.get(path, json)).text)
  /** Events of one millisecond come in no particular order. */
  const passTime = () => server.clock.set(server.clock.now() + 1000)
  const recordMany = (count: number) => {
    passTime()
    return server.running.installation.database.write(async (tx) => {
      for (let index = 0; index < count; index++)
        await recordAuditEvent(tx, { act: 'consent.withdrawn', actor: 'cli', outcome: 'done', accountId })
    })
  }

  it('is told in words: what, when, where, with what, and by whom where it was not they', async () => {
    await logIn(server, { username: name, password: 'wrong', audience })
    await server.running.installation.database.write((tx) => addRole(tx, { accountId, role: 'admin', actor: 'cli' }))
    const { text } = await person.get('/account/activity')
    const items = [...text.matchAll(/<li><p>(.*?)<\/p>\n<p class="muted">(.*?)<\/p><\/li>/g)]
    const told = items.map(([, what = '', where = '']) => [what, where.replace(/<time.*?<\/time>/, 'T')])
    expect(told).toEqual(
      expect.arrayContaining([
        ['You were given a role: <bdi>admin</bdi>', 'T · by the operator'],
        ['Somebody tried to sign in and was refused', 'T · <bdi>127.0.0.1</bdi>'],
        ['A session began', expect.stringMatching(/^T · <bdi>127\.0\.0\.1<\/bdi> · <bdi>Node\.js<\/bdi>$/)],
        ['Your account was created', 'T · by the operator'],
      ]),
    )
    expect(text).not.toContain('wrong_password')
    expect(text).toContain('<a href="/account/activity" aria-current="page">Activity</a>')
    const german = await person.get('/account/activity', { 'accept-language': 'de' })
    expect(german.text).toContain('Jemand wollte sich anmelden und wurde abgewiesen')
    const arabic = await person.get('/account/activity', { 'accept-language': 'ar' })
    expect(arabic.text).toContain('مُنحت دورًا: <bdi>admin</bdi>')
  })

  it('comes a page at a time, each event once, also where many are of one moment', async () => {
    await recordMany(60)
    const acts: string[] = []
    const pages: number[] = []
    let path: string | null = '/account/activity'
    while (path !== null) {
      const told: Told = await read(path)
      acts.push(...told.events.map(({ act }) => act))
      pages.push(told.events.length)
      path = told.earlier
    }
    expect(pages).toEqual([25, 25, pages[2]])
    expect(acts.filter((act) => act === 'consent.withdrawn')).toHaveLength(60)
    expect(acts.filter((act) => act === 'account.created')).toHaveLength(1)
  })

  it('is nobody else’s: a page is of who is signed in, wherever it begins', async () => {
    await recordMany(30)
    const { earlier } = await read()
    name = `grace${people}`
    await addAccount(server, name, password)
    const other = new Visitor(server.issuer)
    await other.submit(await other.get('/login'), { username: name, password })
    const told = await read(earlier ?? '', other)
    expect(told.events.map(({ act }) => act)).not.toContain('consent.withdrawn')
    const nobody = await new Visitor(server.issuer).get('/account/activity', json)
    expect(nobody.status).toBe(401)
    expect((await new Visitor(server.issuer).get('/account/activity')).url).toContain(
      '/login?return_to=%2Faccount%2Factivity',
    )
  })

  it('still tells the browser of a session that is known no longer', async () => {
    const visitor = new Visitor(server.issuer)
    const page = await visitor.get('/login', { 'user-agent': firefox })
    const fields = { username: name, password }
    expect(page.status).toBe(200)
    await visitor.post('/login', fields, { 'user-agent': firefox })
    const { database } = server.running.installation
    await database.write((tx) =>
      tx.sql
        .withTables<{ session: { account_id: string } }>()
        .deleteFrom('session')
        .where('account_id', '=', accountId)
        .execute(),
    )
    person = new Visitor(server.issuer)
    await person.submit(await person.get('/login'), fields)
    const opened = (await read()).events.filter(({ act }) => act === 'session.opened')
    expect(opened.map(({ device }) => device)).toContain('Firefox · Linux')
  })

  it.each(['x', '1', '1.', '.a', '1.a.b', '1.%00', `1.${'a'.repeat(65)}`, '99999999999999999.a', '1.a&before=2.b'])(
    'before=%s is refused',
    async (before) => {
      expect((await person.get(`/account/activity?before=${before}`)).status).toBe(400)
    },
  )

  it('in a browser without JavaScript: from the overview to the earliest event, and back to the latest', async () => {
    await recordMany(30)
    passTime()
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
    const page = await context.newPage()
    await page.goto(`${server.issuer}/account`)
    await page.getByLabel('User name').fill(name)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText('A session began').first().waitFor()
    await page.getByRole('link', { name: 'Earlier' }).click()
    await page.getByText('Your account was created').waitFor()
    expect(await page.getByRole('link', { name: 'Earlier' }).count()).toBe(0)
    await page.getByRole('link', { name: 'Latest' }).click()
    await page.waitForURL(`${server.issuer}/account/activity`)
    await context.close()
  })
})
