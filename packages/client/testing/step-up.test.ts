import { createHash, randomBytes } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addClient } from '../../server/testing/authorization-scene.ts'
import { launchBrowser } from '../../server/testing/browser.ts'
import { type Authenticator, addAuthenticator } from '../../server/testing/factor-scene.ts'
import { type Client, type ClientOptions, type Credentials, readStepUp } from '../src/index.ts'
import { audience, type Front, person, startFront } from './start-front.ts'

let browser: Browser
let front: Front
let app: Authenticator
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  front = await startFront()
  app = await addAuthenticator(front.server, front.accountId)
  front.passTime(60_000)
  page = await (await browser.newContext()).newPage()
})
afterEach(async () => {
  await page?.context().close()
  await front?.[Symbol.asyncDispose]()
})

interface AppWindow {
  readonly createClient: (options: ClientOptions) => Client
  client: Client
}

/** An app whose page has a form of its own for signing in, which it shows when an API asks for that. */
async function openApp(): Promise<void> {
  await page.goto(`${front.origin}/app`)
  await page.waitForFunction(() => 'createClient' in globalThis)
  await page.evaluate(
    (given) => {
      document.body.innerHTML = '<button id="call">Show orders</button><p id="answer"></p><form hidden></form>'
      const form = document.querySelector('form') as HTMLFormElement
      for (const name of ['username', 'password', 'otp']) {
        form.innerHTML += `<label>${name} <input name="${name}"></label>`
      }
      form.innerHTML += '<button>Sign in</button><p id="needed"></p>'
      const window = globalThis as unknown as AppWindow
      const stepUp = async (needed: object): Promise<boolean> => {
        form.hidden = false
        ;(document.querySelector('#needed') as HTMLElement).textContent = JSON.stringify(needed)
        await new Promise((resolve) => form.addEventListener('submit', resolve, { once: true }))
        await window.client.logIn(Object.fromEntries(new FormData(form)) as unknown as Credentials)
        form.hidden = true
        return true
      }
      form.addEventListener('submit', (event) => event.preventDefault())
      window.client = window.createClient({ ...given, stepUp })
      document.querySelector('#call')?.addEventListener('click', async () => {
        const answer = await window.client.fetch('/api/orders').then((response) => response.text(), String)
        ;(document.querySelector('#answer') as HTMLElement).textContent = answer
      })
    },
    { issuer: front.issuer, audience, apis: [front.origin] },
  )
}

const logIn = (otp: string) =>
  page.evaluate((who) => (globalThis as unknown as AppWindow).client.logIn(who), { ...person, otp })

test('RFC 9470: a call gets 401, the person signs in anew at the app, and the same call succeeds', async () => {
  await openApp()
  await logIn(app.code())
  await page.getByRole('button', { name: 'Show orders' }).click()
  await page.getByText('{"orders":2}').waitFor()
  // The access token still lives, or is refreshed: the login is too old for this call.
  front.passTime(6 * 60_000)
  await page.getByRole('button', { name: 'Show orders' }).click()
  await page.getByText('{"acrValues":["aal2"],"maxAgeSeconds":300}').waitFor()
  await page.locator('#answer').evaluate((element) => element.replaceChildren())
  await page.getByLabel('username').fill(person.username)
  await page.getByLabel('password').fill(person.password)
  await page.getByLabel('otp').fill(app.code())
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('{"orders":2}').waitFor()
})

test('RFC 9470 §4: an app that redirects asks for what the API has named, the login page has it proved, and the same call succeeds', async () => {
  const redirectUri = `${front.origin}/app`
  const { id: clientId } = await addClient(front.server, { redirectUris: [redirectUri], isFirstParty: true })
  const call = (token: unknown) =>
    fetch(`${front.origin}/api/orders`, { headers: { authorization: `Bearer ${token}` } })

  async function authorize(more: Record<string, string>, steps: () => Promise<void>): Promise<unknown> {
    const verifier = randomBytes(32).toString('base64url')
    const parameters = {
      ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: 'orders:read', ...more },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }
    await page.goto(`${front.issuer}/authorize?${new URLSearchParams(parameters)}`)
    await steps()
    await page.waitForURL(/\/app\?/)
    const code = new URL(page.url()).searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', client_id: clientId, redirect_uri: redirectUri }
    const body = new URLSearchParams({ ...form, code, code_verifier: verifier })
    const answer = await fetch(`${front.issuer}/token`, { method: 'POST', body })
    return ((await answer.json()) as Record<string, unknown>).access_token
  }

  async function signIn(): Promise<void> {
    await page.getByLabel('User name').fill(person.username)
    await page.getByLabel('Password').fill(person.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  async function proveFactor(isRemembered: boolean): Promise<void> {
    await page.locator('#code').fill(app.code())
    if (isRemembered) await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Continue' }).first().click()
  }

  await authorize({}, async () => {
    await signIn()
    await proveFactor(true)
  })
  await page.context().clearCookies({ name: /session/ })
  front.passTime(60_000)
  // In a browser that is remembered a password is enough, but not for this API.
  const token = await authorize({}, signIn)
  const refused = await call(token)
  expect(refused.status).toBe(401)
  const needed = readStepUp(refused)
  expect(needed).toEqual({ acrValues: ['aal2'], maxAgeSeconds: 300 })
  front.passTime(6 * 60_000)
  const more = { acr_values: needed?.acrValues.join(' ') ?? '', max_age: String(needed?.maxAgeSeconds) }
  const better = await authorize(more, async () => {
    await signIn()
    await proveFactor(false)
  })
  const answer = await call(better)
  expect([answer.status, await answer.json()]).toEqual([200, { orders: 2 }])
})
