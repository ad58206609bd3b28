import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestDeletion } from '../src/domain/personal-data/request-deletion.ts'
import { addClient } from './authorization-scene.ts'
import { launchBrowser } from './browser.ts'
import { waitForCode } from './mailbox.ts'
import { addAccount, addApi, startTestServer, type TestServer } from './test-server.ts'

const password = 'seven purple umbrellas'

/** CSP3 §7.2, `form-action`: browsers hold each redirect that follows a form to the policy of the form's page. */
describe('people with Chromium come back to the app that sent them, whichever form was the last one', () => {
  let browser: Browser
  let server: TestServer
  let app: Server

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer({ config: { emailLogin: true } })
    await addApi(server, { audience: 'https://api.example.com', name: 'Orders', scopes: ['orders:read'] })
    app = createServer((_, response) => response.end('the app'))
    await once(app.listen(0, '::1'), 'listening')
    await addAccount(server, 'ada', password, 'ada@example.com')
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    app?.close()
  })

  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

  /** RFC 8252 §7.3: an app that listens at the loopback address of IPv6 itself, at a port that was free. */
  async function openApp(): Promise<Page> {
    const { port } = app.address() as AddressInfo
    const { id } = await addClient(server, { redirectUris: ['http://[::1]/callback'], isFirstParty: true })
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: id, redirect_uri: `http://[::1]:${port}/callback`, scope: 'orders:read' },
      ...{ code_challenge: createHash('sha256').update('v').digest('base64url'), code_challenge_method: 'S256' },
    })
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${server.issuer}/authorize?${query}`)
    return page
  }

  async function expectBack(page: Page): Promise<void> {
    await page.waitForURL(/^http:\/\/\[::1\]:\d+\/callback\?code=/, { timeout: 5000 })
    expect(await page.locator('body').innerText()).toBe('the app')
    await page.context().close()
  }

  it('a password', async () => {
    const page = await openApp()
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password').fill(password)
    await press(page, 'Sign in')
    await expectBack(page)
  })

  it('the code of a mail, also after a wrong one', async () => {
    const page = await openApp()
    await page.getByRole('link', { name: 'Sign in by mail' }).click()
    await page.getByLabel('User name or e-mail address').fill('ada')
    await press(page, 'Send the mail')
    await page.getByLabel('Code from the mail').fill('BBBB-BBBB')
    await press(page, 'Continue')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Code from the mail').fill((await waitForCode(server, 'ada@example.com')).code)
    await press(page, 'Continue')
    await expectBack(page)
  })

  it('that an account is kept which was to be deleted', async () => {
    const username = `grace-${randomUUID()}`
    const accountId = await addAccount(server, username, password)
    const { database } = server.running.installation
    await database.write((tx) => requestDeletion(tx, { accountId, actor: 'cli', told: undefined, graceDays: 14 }))
    const page = await openApp()
    await page.getByLabel('User name').fill(username)
    await page.getByLabel('Password').fill(password)
    await press(page, 'Sign in')
    await page.locator('button[value=keep]').click()
    await expectBack(page)
  })
})
