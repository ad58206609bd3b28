import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient } from '../src/domain/clients/create-client.ts'
import { parseClient } from '../src/domain/clients/parse-client.ts'
import { launchBrowser } from './browser.ts'
import { forEachDatabase } from './database.ts'
import { addAccount, startTestServer, type TestServer } from './test-server.ts'

const password = 'seven purple umbrellas'

forEachDatabase('a person in a browser', ({ createUrl }) => {
  let browser: Browser
  let server: TestServer

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer({ databaseUrl: await createUrl() })
    await addAccount(server, 'Zoë "Z" <zoe>', password)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  async function openPage(javaScriptEnabled: boolean): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled })
    return context.newPage()
  }

  it.each([true, false])('signs in, sees who they are, and signs out (JavaScript: %s)', async (javaScriptEnabled) => {
    const page = await openPage(javaScriptEnabled)
    await page.goto(`${server.issuer}/account`)
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/login?return_to=%2Faccount')

    // Wrong first: the sentence, the name kept, the focus where the mistake is.
    await page.getByLabel('User name').fill('zoë "z" <zoe>')
    await page.getByLabel('Password').fill('not it')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').innerText()).toBe("That didn't match. Check the user name and password.")
    expect(await page.getByLabel('User name').inputValue()).toBe('zoë "z" <zoe>')
    expect(await page.getByLabel('Password').inputValue()).toBe('')
    if (javaScriptEnabled) expect(await page.evaluate('document.activeElement.id')).toBe('password')

    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${server.issuer}/account`)
    expect(await page.locator('#username').innerText()).toBe('Zoë "Z" <zoe>')
    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ name: 'ostiary_session', httpOnly: true, sameSite: 'Lax', path: '/' })

    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.waitForURL(`${server.issuer}/login`)
    // What remembers the browser stays: it opens nothing.
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['ostiary_known_device'])
    await page.goBack()
    await page.reload()
    expect(new URL(page.url()).pathname).toBe('/login')
    await page.context().close()
  })

  it('another site can neither sign a person in nor out, whatever its page tries', async () => {
    const page = await openPage(true)
    await page.goto(`${server.issuer}/login`)
    await page.getByLabel('User name').fill('zoë "z" <zoe>')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${server.issuer}/account`)

    // localhost is another site than 127.0.0.1.
    const elsewhere = await startTestServer()
    const evil = elsewhere.issuer.replace('127.0.0.1', 'localhost')
    await page.route(`${evil}/evil`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="${server.issuer}/logout"><button>x</button></form>`,
      }),
    )
    await page.goto(`${evil}/evil`)
    const [answer] = await Promise.all([
      page.waitForResponse(`${server.issuer}/logout`),
      page.getByRole('button').click(),
    ])
    expect(answer.status()).toBe(403)
    await page.goto(`${server.issuer}/account`)
    expect(await page.locator('#username').innerText()).toBe('Zoë "Z" <zoe>')
    await page.context().close()
    await elsewhere.stop()
  })

  it('OpenID Connect RP-Initiated Logout 1.0 §2: a form of an app on another site asks the person, and leads back to the app', async () => {
    // Any server will do for the app: localhost is another site than 127.0.0.1.
    const elsewhere = await startTestServer()
    const app = elsewhere.issuer.replace('127.0.0.1', 'localhost')
    const goodbye = `${app}/goodbye`
    const parsed = parseClient({ name: 'Shop', type: 'public', postLogoutRedirectUris: [goodbye] })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { client } = await server.running.installation.database.write((tx) => createClient(tx, parsed.client, 'cli'))
    const page = await openPage(true)
    await page.goto(`${server.issuer}/login`)
    await page.getByLabel('User name').fill('zoë "z" <zoe>')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${server.issuer}/account`)

    const form = `<form method="post" action="${server.issuer}/end-session"><input name="client_id" value="${client.id}">
<input name="post_logout_redirect_uri" value="${goodbye}"><input name="state" value="s 1"><button>x</button></form>`
    await page.route(`${app}/start`, (route) => route.fulfill({ contentType: 'text/html', body: form }))
    await page.goto(`${app}/start`)
    await page.getByRole('button').click()
    // The form came without the cookie, the redirect after it with it.
    await page.getByRole('heading', { name: 'Sign out of Ostiary?' }).waitFor()
    expect(await page.locator('#username').innerText()).toBe('Zoë "Z" <zoe>')
    await page.getByRole('button', { name: 'Stay signed in' }).click()
    // A form sent by GET leaves a question mark.
    await page.waitForURL(`${server.issuer}/account?`)
    await page.goBack()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.waitForURL(`${goodbye}?state=s+1`)
    await page.goto(`${server.issuer}/account`)
    expect(new URL(page.url()).pathname).toBe('/login')
    await page.context().close()
    await elsewhere.stop()
  })
})
