import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from './browser.ts'
import { readMails, waitForCode } from './mailbox.ts'
import { addAccount, startTestServer, type TestServer } from './test-server.ts'

const password = 'seven purple umbrellas'
const newPassword = 'nine amber lanterns'

/** Everything by forms alone: no page here has a script. */
describe('people with Chromium, without JavaScript', () => {
  let browser: Browser
  let server: TestServer

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer({ config: { signUp: 'open', emailLogin: true } })
  })
  beforeEach(() => server.clock.set(server.clock.now() + 86_400_000))
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  async function openPage(path: string): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(path.startsWith('/') ? `${server.issuer}${path}` : path)
    return page
  }

  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const follow = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()
  const pathOf = (page: Page) => new URL(page.url()).pathname

  async function signIn(page: Page, username: string, secret: string): Promise<void> {
    await page.getByLabel('User name').fill(username)
    await page.getByLabel('Password').fill(secret)
    await press(page, 'Sign in')
  }

  it('sign up on a desk, with the code read on a phone', async () => {
    const page = await openPage('/login')
    await follow(page, 'Create an account')
    await page.getByLabel('E-mail address').fill('Ada@Example.com')
    await press(page, 'Send the mail')
    const { code } = await waitForCode(server, 'Ada@Example.com')
    await page.getByLabel('Code from the mail').fill(code.toLowerCase().replace('-', ' '))
    await press(page, 'Continue')
    await page.getByLabel('User name').fill('Ada')
    await page.getByLabel('New password').fill(newPassword)
    await press(page, 'Create the account')
    expect(pathOf(page)).toBe('/account')
    expect(await page.locator('#username').innerText()).toBe('Ada')
    await page.context().close()
  })

  it('sign up by the link, on the phone alone', async () => {
    const desk = await openPage('/sign-up')
    await desk.getByLabel('E-mail address').fill('grace@example.com')
    await press(desk, 'Send the mail')
    const phone = await openPage((await waitForCode(server, 'grace@example.com')).url)
    await phone.getByLabel('New password').fill(newPassword)
    await press(phone, 'Create the account')
    expect(pathOf(phone)).toBe('/account')
    await desk.goto(`${server.issuer}/account`)
    expect(pathOf(desk)).toBe('/login')
    for (const page of [desk, phone]) await page.context().close()
  })

  it('choose a new password for a forgotten one', async () => {
    await addAccount(server, 'edith', password, 'edith@example.com')
    const page = await openPage('/login')
    await follow(page, 'Forgot your password?')
    await page.getByLabel('User name or e-mail address').fill('edith')
    await press(page, 'Send the mail')
    await page.getByLabel('Code from the mail').fill('BBBB-BBBB')
    await press(page, 'Continue')
    expect(await page.getByRole('alert').innerText()).toBe("This code isn't right. Check it and try again.")
    await page.getByLabel('Code from the mail').fill((await waitForCode(server, 'edith@example.com')).code)
    await press(page, 'Continue')
    await page.getByLabel('New password').fill(newPassword)
    await press(page, 'Set the password and sign in')
    expect(pathOf(page)).toBe('/account')
    await page.context().close()
  })

  it('sign in by a mail alone, by its code and by its link', async () => {
    await addAccount(server, 'hedy', password, 'hedy@example.com')
    const page = await openPage('/login?return_to=/account/security')
    await follow(page, 'Sign in by mail')
    await page.getByLabel('User name or e-mail address').fill('hedy@example.com')
    await press(page, 'Send the mail')
    const { code, url } = await waitForCode(server, 'hedy@example.com')
    const phone = await openPage(url)
    expect(await phone.locator('main').innerText()).toContain('hedy')
    await page.getByLabel('Code from the mail').fill(code)
    await press(page, 'Continue')
    expect(pathOf(page)).toBe('/account/security')
    await press(phone, 'Sign in')
    expect(await phone.locator('h1').innerText()).toBe('This link leads nowhere any more')
    for (const one of [page, phone]) await one.context().close()
  })

  it('verify the address, change it, then the user name and the password', async () => {
    await addAccount(server, 'emmy', password, 'emmy@example.com')
    const page = await openPage('/account/security')
    await signIn(page, 'emmy', password)
    await press(page, 'Verify it by mail')
    await page.getByLabel('Code from the mail').fill((await waitForCode(server, 'emmy@example.com')).code)
    await press(page, 'Continue')
    expect(await page.locator('main').innerText()).toContain('Verified')

    await follow(page, 'Change the e-mail address')
    await page.getByLabel('New e-mail address').fill('noether@example.com')
    await press(page, 'Send the mail')
    const phone = await openPage((await waitForCode(server, 'noether@example.com')).url)
    await press(phone, 'Yes, use this address')
    expect(await phone.locator('h1').innerText()).toBe('The address is verified')
    await page.goto(`${server.issuer}/account/security`)
    expect(await page.locator('main').innerText()).toContain('noether@example.com')

    await follow(page, 'Change the user name')
    await page.getByLabel('New user name').fill('Emmy Noether')
    await press(page, 'Change the user name')
    expect(await page.locator('main').innerText()).toContain('Emmy Noether')

    await follow(page, 'Change the password')
    await page.getByLabel('Current password').fill(password)
    await page.getByLabel('New password').fill(newPassword)
    await press(page, 'Change the password')
    expect(pathOf(page)).toBe('/account/security')
    const told = (await readMails(server)).map(({ recipient, mail }) => [
      recipient,
      mail.kind === 'notice' && mail.notice,
    ])
    expect(told).toContainEqual(['emmy@example.com', 'email_changed'])
    expect(told).toContainEqual(['noether@example.com', 'password_changed'])
    for (const one of [page, phone]) await one.context().close()
  })
})
