import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser } from './browser.ts'
import { forEachDatabase } from './database.ts'
import { waitForMail } from './mailbox.ts'
import { addOrganization } from './organization-scene.ts'
import { addAccount, startTestServer, type TestServer } from './test-server.ts'

const password = 'seven purple umbrellas'

forEachDatabase('an organization, in a browser', ({ createUrl }) => {
  let browser: Browser
  let server: TestServer

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer({ databaseUrl: await createUrl() })
    const accountId = await addAccount(server, 'ada', password)
    await addAccount(server, 'bob', password)
    await addOrganization(server.running.installation.database, 'Blue Door', [{ accountId, roles: ['owner'] }])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  async function signIn(page: Page, username: string): Promise<void> {
    await page.getByLabel('User name').fill(username)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  async function openPage(): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled: false })
    return context.newPage()
  }

  it('is owned by ada, who invites bob; he accepts by the link of the mail, and is removed', async () => {
    const ada = await openPage()
    await ada.goto(`${server.issuer}/account/organizations`)
    await signIn(ada, 'ada')
    await ada.getByRole('link', { name: 'Blue Door' }).click()
    await ada.getByLabel('E-mail address').fill('bob@example.com')
    await ada.getByRole('button', { name: 'Send invitation' }).click()
    await ada.getByRole('heading', { name: 'Open invitations' }).waitFor()
    const { mail } = await waitForMail(server, 'bob@example.com')

    const bob = await openPage()
    await bob.goto(mail.kind === 'invitation' ? mail.url : '')
    await bob.getByRole('link', { name: 'Sign in' }).click()
    await signIn(bob, 'bob')
    await bob.getByRole('button', { name: 'Accept' }).click()
    await bob.waitForURL(`${server.issuer}/account/organizations`)
    expect(await bob.getByRole('link', { name: 'Blue Door' }).count()).toBe(1)

    await ada.reload()
    await ada.getByRole('button', { name: 'Remove: bob' }).click()
    await ada.getByRole('button', { name: 'Remove: bob' }).waitFor({ state: 'detached' })
    await bob.reload()
    expect(await bob.getByText('You belong to no organization.').count()).toBe(1)
  })
})
