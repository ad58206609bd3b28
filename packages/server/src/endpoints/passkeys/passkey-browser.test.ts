import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addClient, challengeOf } from '../../../testing/authorization-scene.ts'
import { launchBrowser } from '../../../testing/browser.ts'
import { addAuthenticator } from '../../../testing/factor-scene.ts'
import { optionsIn, type PasskeyPerson, PasskeyScene, passkeysPath, password } from '../../../testing/passkey-scene.ts'
import { VirtualAuthenticator } from '../../../testing/virtual-authenticator.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

const strings = stringsIn('en').passkeys

let scene: PasskeyScene
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
  scene = await PasskeyScene.start()
})
afterAll(async () => {
  await browser?.close()
  await scene?.[Symbol.asyncDispose]()
})

interface Device {
  readonly context: BrowserContext
  readonly page: Page
  readonly authenticator: VirtualAuthenticator
  /** Whatever a page complained of. */
  readonly complaints: string[]
}

/** A browser of one’s own with an authenticator in it. */
async function withDevice(use: (device: Device) => Promise<void>): Promise<void> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      // What is left behind half loaded, because the page goes on, is no complaint of its own.
      const isLeft = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !isLeft) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    const authenticator = await VirtualAuthenticator.add(page, false)
    await use({ context, page, authenticator, complaints })
    expect(complaints).toEqual([])
  } finally {
    await context.close()
  }
}

const at = (path: string) => `${scene.server.issuer}${path}`

async function logInByPassword(page: Page, { username }: PasskeyPerson, path = '/login'): Promise<void> {
  await page.goto(at(path))
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.click('form[action="/login"] button')
}

/** Signs in by password, declines the offer, and adds a passkey. */
async function addPasskey({ page, authenticator }: Device, person: PasskeyPerson): Promise<void> {
  await logInByPassword(page, person)
  await page.waitForURL(/passkey-offer/)
  await page.getByRole('button', { name: strings.notNow }).click()
  await page.waitForURL(at('/account'))
  await page.goto(at(`${passkeysPath}/new`))
  await authenticator.setPresent(true)
  await page.getByRole('button', { name: strings.add }).click()
  await page.waitForURL(at(passkeysPath))
  await authenticator.setPresent(false)
}

async function signOut({ page, context }: Device): Promise<void> {
  await context.clearCookies({ name: 'ostiary_session' })
  await page.goto(at('/login'))
}

test('a passkey is added, and signs in by its button', async () => {
  await withDevice(async (device) => {
    const ada = await scene.person()
    const { page, authenticator } = device
    await addPasskey(device, ada)
    expect(await page.locator('.sessions li').count()).toBe(1)
    expect(await authenticator.credentials()).toMatchObject([{ userName: ada.username }])
    await signOut(device)
    const button = page.getByRole('button', { name: strings.signIn })
    expect(await button.isVisible()).toBe(true)
    await authenticator.setPresent(true)
    await button.click()
    await page.waitForURL(at('/account'))
    expect(await page.textContent('#username')).toBe(ada.username)
    expect(await ada.audited('login.succeeded')).toHaveLength(2)
  })
})

test('WebAuthn §5.1.4: a passkey signs in by autofill in the field of the user name, and goes on to where the login led', async () => {
  await withDevice(async (device) => {
    const ada = await scene.person()
    await addPasskey(device, ada)
    await device.context.clearCookies({ name: 'ostiary_session' })
    await device.authenticator.setPresent(true)
    await device.page.goto(at(`/login?return_to=${encodeURIComponent(passkeysPath)}`))
    await device.page.waitForURL(at(passkeysPath))
    expect(await ada.audited('login.succeeded')).toHaveLength(2)
  })
})

test('whoever cancels is told, and signs in otherwise', async () => {
  await withDevice(async (device) => {
    const ada = await scene.person()
    const { page, authenticator } = device
    await addPasskey(device, ada)
    await signOut(device)
    await authenticator.setVerified(false)
    await authenticator.setPresent(true)
    await page.getByRole('button', { name: strings.signIn }).click()
    await page.getByText(strings.notSigned).waitFor()
    await logInByPassword(page, ada)
    await page.waitForURL(at('/account'))
  })
})

test('WebAuthn §5.1.3: a device that has one makes no second, and says so', async () => {
  await withDevice(async (device) => {
    const { page, authenticator } = device
    await addPasskey(device, await scene.person())
    await page.goto(at(`${passkeysPath}/new`))
    await authenticator.setPresent(true)
    await page.getByRole('button', { name: strings.add }).click()
    await page.getByText(strings.exists).waitFor()
    expect(await authenticator.credentials()).toHaveLength(1)
  })
})

test('WebAuthn §5.1.10: a passkey is renamed and removed, and the password manager forgets it', async () => {
  await withDevice(async (device) => {
    const { page, authenticator } = device
    const ada = await scene.person()
    await addPasskey(device, ada)
    await page.locator('summary').click()
    await page.getByLabel(strings.name).fill('My telephone')
    await page.getByRole('button', { name: strings.saveName }).click()
    await page.getByText('My telephone').waitFor()
    const forgotten = authenticator.nextDeletion()
    await page.getByRole('button', { name: strings.remove }).click()
    await page.getByText(strings.none).waitFor()
    await forgotten
    expect(await authenticator.credentials()).toEqual([])
    expect(await ada.passkeys()).toEqual([])
  })
})

test('WebAuthn §5.1.10: on the account page the password manager learns what the account is called now', async () => {
  await withDevice(async (device) => {
    const { page, authenticator } = device
    const ada = await scene.person()
    await addPasskey(device, ada)
    const { database } = scene.server.running.installation
    await database.write((tx) =>
      tx.sql
        .withTables<{ account: { id: string; username: string } }>()
        .updateTable('account')
        .set({ username: 'countess' })
        .where('id', '=', ada.accountId)
        .execute(),
    )
    const updated = authenticator.nextUpdate()
    await page.goto(at('/account'))
    await updated
    expect(await authenticator.credentials()).toMatchObject([{ userName: 'countess' }])
  })
})

test('after a login with a password a passkey is offered, once; what is made there signs in', async () => {
  await withDevice(async (device) => {
    const { page, authenticator } = device
    const ada = await scene.person()
    await logInByPassword(page, ada, `/login?return_to=${encodeURIComponent(passkeysPath)}`)
    await page.waitForURL(/passkey-offer/)
    await page.getByRole('heading', { name: strings.offerTitle }).waitFor()
    await authenticator.setPresent(true)
    await page.getByRole('button', { name: strings.add }).click()
    await page.waitForURL(at(passkeysPath))
    expect(await ada.passkeys()).toHaveLength(1)
    await authenticator.setPresent(false)
    await signOut(device)
    await logInByPassword(page, ada)
    await page.waitForURL(at('/account'))
  })
})

test('declined, the offer is not made again in this browser for 90 days, and another browser makes it', async () => {
  const ada = await scene.person()
  await withDevice(async (device) => {
    await logInByPassword(device.page, ada)
    await device.page.waitForURL(/passkey-offer/)
    await device.page.getByRole('button', { name: strings.notNow }).click()
    await device.page.waitForURL(at('/account'))
    await signOut(device)
    await logInByPassword(device.page, ada)
    await device.page.waitForURL(at('/account'))
    const [declined] = (await device.context.cookies()).filter(({ name }) => name === 'ostiary_passkey_offer')
    expect(declined?.httpOnly).toBe(true)
    expect(Math.round(((declined?.expires ?? 0) - Date.now() / 1000) / 86_400)).toBe(90)
  })
  await withDevice(async ({ page }) => {
    await logInByPassword(page, ada)
    await page.waitForURL(/passkey-offer/)
  })
})

test('whoever only proves once more who they are, has no authenticator or runs no scripts gets no offer', async () => {
  const ada = await scene.person()
  await withDevice(async ({ page }) => {
    await logInByPassword(page, ada)
    await page.waitForURL(/passkey-offer/)
    await logInByPassword(page, ada, '/login?switch=1')
    await page.waitForURL(at('/account'))
  })
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    await logInByPassword(page, ada)
    await page.waitForURL(at('/account'))
    await context.close()
  }
})

test('without scripts no passkey is asked for, and everything but adding one works', async () => {
  const ada = await scene.person()
  await ada.register()
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(at('/login'))
  expect(await page.getByRole('button').allInnerTexts()).toEqual([stringsIn('en').login.submit])
  await logInByPassword(page, ada)
  await page.goto(at(`${passkeysPath}/new`))
  expect(await page.getByText(strings.needsScript).isVisible()).toBe(true)
  expect(await page.getByRole('button').count()).toBe(0)
  await page.goto(at(passkeysPath))
  await page.getByRole('button', { name: strings.remove }).click()
  await page.getByText(strings.none).waitFor()
  await context.close()
})

test('an app’s request goes on through a passkey, and through the offer, to the app', async () => {
  const app = createServer((_, answer) => answer.end('the app'))
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const appUri = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`
  const { id: clientId } = await addClient(scene.server, { redirectUris: [appUri], isFirstParty: true })
  const parameters = { response_type: 'code', client_id: clientId, redirect_uri: appUri, scope: 'openid' }
  const pkce = { code_challenge: challengeOf('v'.repeat(43)), code_challenge_method: 'S256' }
  const path = `/authorize?${new URLSearchParams({ ...parameters, ...pkce })}`
  const ada = await scene.person()
  await withDevice(async (device) => {
    const { page, authenticator, context } = device
    await logInByPassword(page, ada, path)
    await page.waitForURL(/passkey-offer/)
    await authenticator.setPresent(true)
    await page.getByRole('button', { name: strings.add }).click()
    await page.waitForURL(`${appUri}?**`)
    expect(new URL(page.url()).searchParams.get('code')).toMatch(/^.{20,}$/)
    await context.clearCookies({ name: 'ostiary_session' })
    await page.goto(at(path))
    // By autofill, as its person is there.
    await page.waitForURL(`${appUri}?**`)
    expect(new URL(page.url()).searchParams.get('code')).toMatch(/^.{20,}$/)
  })
  app.close()
})

test('WebAuthn §6.1.1: a copy of a passkey that lags behind it is refused, and the passkey is suspended', async () => {
  const ada = await scene.person()
  await withDevice(async (device) => {
    await addPasskey(device, ada)
    const stolen = await device.authenticator.copyNewest()
    await signOut(device)
    await device.authenticator.setPresent(true)
    await device.page.getByRole('button', { name: strings.signIn }).click()
    await device.page.waitForURL(at('/account'))
    await device.authenticator.setPresent(false)
    await withDevice(async (thief) => {
      await thief.authenticator.keep(stolen)
      const refused = thief.page.waitForResponse(at('/login/passkey'))
      await thief.authenticator.setPresent(true)
      // By autofill, as its person is there.
      await thief.page.goto(at('/login'))
      expect((await refused).status()).toBe(401)
      await thief.authenticator.setPresent(false)
      await thief.page.getByRole('alert').first().waitFor()
      thief.complaints.splice(0)
    })
    expect(await ada.audited('passkey.suspended')).toHaveLength(1)
    await device.page.goto(at(passkeysPath))
    await device.page.getByRole('button', { name: strings.resume }).waitFor()
  })
})

test('WebAuthn §13.4.9: what a page of another origin has a passkey answer is refused, though it relays our own challenge', async () => {
  const ada = await scene.person()
  // On the same host, or the browser itself would not let it ask.
  const phisher = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<h1>Sign in</h1>'))
  await new Promise<void>((resolve) => phisher.listen(0, '127.0.0.1', resolve))
  const relay = scene.visitor()
  const options = optionsIn(await relay.get('/login'))
  await withDevice(async (device) => {
    await addPasskey(device, ada)
    await device.authenticator.setPresent(true)
    await device.page.goto(`http://localhost:${(phisher.address() as AddressInfo).port}/`)
    const credential = await device.page.evaluate(async (json) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(json))
      return JSON.stringify(await navigator.credentials.get({ publicKey }))
    }, options)
    expect((await scene.present(relay, credential)).status).toBe(401)
    expect(await ada.audited('login.refused')).toEqual([{ passkey: true, reason: 'wrong_client_data' }])
    device.complaints.splice(0)
  })
  phisher.close()
})

test('WebAuthn §13.4.3: what a browser has sent signs in once, also from the same browser', async () => {
  const ada = await scene.person()
  await withDevice(async (device) => {
    const { page, authenticator, context } = device
    await addPasskey(device, ada)
    await signOut(device)
    const sent = page.waitForRequest((request) => request.url() === at('/login/passkey'))
    await authenticator.setPresent(true)
    await page.getByRole('button', { name: strings.signIn }).click()
    const data = (await sent).postData() ?? ''
    await page.waitForURL(at('/account'))
    await context.clearCookies({ name: 'ostiary_session' })
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: scene.server.issuer,
      accept: 'text/html',
    }
    const again = await context.request.post(at('/login/passkey'), { data, headers, maxRedirects: 0 })
    expect([again.status(), (await again.text()).includes('data-passkey')]).toEqual([401, true])
    expect(await ada.audited('login.refused')).toMatchObject([{ reason: 'challenge_over' }])
  })
})

test('after a password and where an app is set up, the passkey is the second step, and the app without scripts', async () => {
  const ada = await scene.person()
  const app = await addAuthenticator(scene.server, ada.accountId)
  await withDevice(async (device) => {
    const { page, authenticator } = device
    await logInByPassword(page, ada)
    await page.fill('#code', app.code())
    await page
      .getByRole('button', { name: stringsIn('en').secondFactor.submit })
      .first()
      .click()
    await page.waitForURL(at('/account'))
    await page.goto(at(`${passkeysPath}/new`))
    await authenticator.setPresent(true)
    await page.getByRole('button', { name: strings.add }).click()
    await page.waitForURL(at(passkeysPath))
    await authenticator.setPresent(false)
    await signOut(device)
    await logInByPassword(page, ada)
    await authenticator.setPresent(true)
    await page.getByRole('button', { name: strings.confirm }).click()
    await page.waitForURL(at('/account'))
  })
  expect(await ada.audited('factor.used')).toContainEqual({ factor: 'passkey' })
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await logInByPassword(page, ada)
  expect(await page.getByRole('button', { name: strings.confirm }).count()).toBe(0)
  expect(await page.locator('#code').isVisible()).toBe(true)
  await context.close()
})
