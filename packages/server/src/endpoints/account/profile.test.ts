import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { launchBrowser } from '../../../testing/browser.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { findProfile } from '../../domain/profiles/find-profile.ts'
import { updateProfile } from '../../domain/profiles/update-profile.ts'

const password = 'a long walk along the river'

forEachDatabase('what a person says of themselves', ({ createUrl }) => {
  let browser: Browser
  let server: TestServer
  let people = 0
  let accountId: string
  let person: Visitor

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer({ databaseUrl: await createUrl() })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })
  beforeEach(async () => {
    people += 1
    accountId = await addAccount(server, `ada${people}`, password)
    person = new Visitor(server.issuer)
    await person.submit(await person.get('/login'), { username: `ada${people}`, password })
  })

  const read = () => server.running.installation.database.read
  const known = async () => (await findProfile(read(), accountId))?.profile
  const changes = async () =>
    (await listAuditEvents(read(), { accountId, limit: 50 })).filter(({ act }) => act === 'account.profile_updated')

  it('OpenID Connect Core §5.1: is kept as claims, named in the audit log without what they say', async () => {
    const saved = await person.post('/account/profile', {
      ...{ name: ' Ada Lovelace ', birthdate: '1815-12-10', phone_number: '+4930901820', locale: 'de', nickname: '' },
      ...{ street_address: '12 St James’s Square\r\nFirst floor', locality: 'London' },
    })
    expect([saved.url, saved.text.includes('<p role="status">Your profile is saved.</p>')]).toEqual([
      `${server.issuer}/account/profile?saved=1`,
      true,
    ])
    expect(await known()).toEqual({
      ...{ name: 'Ada Lovelace', birthdate: '1815-12-10', phone_number: '+4930901820', locale: 'de' },
      address: { street_address: '12 St James’s Square\nFirst floor', locality: 'London' },
    })
    expect(saved.text).toContain('12 St James’s Square\nFirst floor</textarea>')
    expect(saved.text).toContain('<option value="de" selected>Deutsch</option>')
    expect((await person.get('/account')).text).toContain('<bdi>Ada Lovelace</bdi>')
    const claims = ['name', 'birthdate', 'phone_number', 'locale', 'address']
    expect(await changes()).toMatchObject([{ actor: `account:${accountId}`, outcome: 'done', detail: { claims } }])
  })

  it('the same once more is no change, and what is not in the form stays', async () => {
    await person.post('/account/profile', { name: 'Ada', nickname: 'A' })
    await person.post('/account/profile', { name: 'Ada', nickname: 'A', address: '{"country":"UK"}' })
    await person.post('/account/profile', { nickname: '' })
    expect(await known()).toEqual({ name: 'Ada' })
    expect(await changes()).toHaveLength(2)
  })

  it('what an operator says of them is not theirs: no claim is verified by them, and a changed number is not verified', async () => {
    await server.running.installation.database.write(async (tx) => {
      const claims = { phone_number: '+4930901820', phone_number_verified: true, address: { formatted: 'London' } }
      await updateProfile(tx, await getAccount(tx.sql, accountId), claims, 'cli')
    })
    await person.post('/account/profile', { phone_number_verified: 'true', email_verified: 'true', gender: 'x' })
    expect(await changes()).toHaveLength(1)
    await person.post('/account/profile', { phone_number: '+4930901821', phone_number_verified: 'true', country: 'UK' })
    expect(await known()).toEqual({ phone_number: '+4930901821', address: { country: 'UK' } })
  })

  it.each([
    ['name', 'a\u202eb', 'name'],
    ['name', 'a'.repeat(129), 'name'],
    ['picture', 'javascript:alert(1)', 'picture'],
    ['website', 'http://ada.example.com', 'website'],
    ['birthdate', '1815-02-30', 'birthdate'],
    ['phone_number', '030 901820', 'phone_number'],
    ['zoneinfo', 'Europe/Nowhere', 'zoneinfo'],
    ['locale', 'en_GB', 'locale'],
    ['country', 'a'.repeat(600), 'address'],
  ])('%s=%j is refused at its field, keeps what was typed, and changes nothing', async (field, text, place) => {
    const page = await person.post('/account/profile', { nickname: '<b>"A"', [field]: text })
    expect(page.status).toBe(400)
    expect(page.text).toContain(`id="${place}-problem"`)
    expect(page.text).toContain('value="&lt;b&gt;&quot;A&quot;"')
    expect(page.text).toContain(`value="${text}"`)
    expect(await known()).toBeUndefined()
    const answer = await person.post('/account/profile', { [field]: text }, { accept: 'application/json' })
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'invalid_parameter'])
  })

  it('is JSON for programs, and theirs alone: nobody and another site change nothing', async () => {
    const json = { accept: 'application/json' }
    expect((await person.post('/account/profile', { name: 'Ada', country: 'UK' }, json)).status).toBe(204)
    expect(JSON.parse((await person.get('/account/profile', json)).text)).toEqual({ name: 'Ada', country: 'UK' })
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await person.post('/account/profile', { name: 'Eve' }, evil)).status).toBe(403)
    expect((await new Visitor(server.issuer).post('/account/profile', { name: 'Eve' }, json)).status).toBe(401)
    expect(await known()).toMatchObject({ name: 'Ada' })
  })

  it('in a browser without JavaScript: from the overview to the form, wrong first, then right', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${server.issuer}/account/profile`)
    await page.getByLabel('User name').fill(`ada${people}`)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Full name').fill('Ada <i>Lovelace</i>')
    await page.getByLabel('Phone number').fill('030 901820')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('Phone number').getAttribute('aria-describedby')).toBe(
      'phone_number-hint phone_number-problem',
    )
    await page.getByLabel('Phone number').fill('+4930901820')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('status').waitFor()
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByText('Ada <i>Lovelace</i>').waitFor()
    await context.close()
  })
})
