import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from '../../server/testing/browser.ts'
import type { Client } from '../src/index.ts'
import { audience, type Front, person, startFront } from './start-front.ts'

interface AppWindow {
  readonly createClient: (options: object) => Client
  client: Client
  events: string[]
  /** How long the laptop has slept: the wall clock is ahead of the monotonic one by it. */
  sleptMilliseconds: number
}

let browser: Browser
let front: Front
let context: BrowserContext

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  front = await startFront()
  context = await browser.newContext()
})
afterEach(async () => {
  await context?.close()
  await front?.[Symbol.asyncDispose]()
})

/** Opens a tab of the app, with what storage the client chooses by itself. */
async function openTab(options: { readonly withoutLocks?: boolean } = {}): Promise<Page> {
  const page = await context.newPage()
  if (options.withoutLocks) {
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'locks', { value: undefined })
      Object.defineProperty(globalThis, 'BroadcastChannel', { value: undefined })
    })
  }
  await page.goto(`${front.origin}/app`)
  await startClient(page)
  return page
}

async function startClient(page: Page): Promise<void> {
  await page.waitForFunction(() => 'createClient' in globalThis)
  await page.evaluate(
    (given) => {
      const app = globalThis as unknown as AppWindow
      app.sleptMilliseconds = 0
      app.events = []
      const clock = { now: () => Date.now() + app.sleptMilliseconds, monotonic: () => performance.now() }
      app.client = app.createClient({ ...given, clock })
      app.client.on('logged-in', () => app.events.push('logged-in'))
      app.client.on('logged-out', ({ why }) => app.events.push(`logged-out: ${why}`))
      app.client.on('refreshed', () => app.events.push('refreshed'))
      return app.client.ready()
    },
    { issuer: front.issuer, audience, apis: [front.origin] },
  )
}

const logIn = (page: Page) => page.evaluate((who) => (globalThis as unknown as AppWindow).client.logIn(who), person)

/** The status that the API answers, or the code of what was thrown. */
const callApi = (page: Page) =>
  page.evaluate(async () => {
    const { client } = globalThis as unknown as AppWindow
    return client.fetch('/api/me').then(
      (response) => response.status,
      (error: { code?: string }) => error.code ?? String(error),
    )
  })
const stateOf = (page: Page) => page.evaluate(() => (globalThis as unknown as AppWindow).client.state())
const eventsOf = (page: Page) => page.evaluate(() => (globalThis as unknown as AppWindow).events)
const tokenOf = (page: Page) => page.evaluate(() => (globalThis as unknown as AppWindow).client.token())

/** The lid closes on all tabs, and the world goes on. */
async function sleep(pages: readonly Page[], milliseconds: number): Promise<void> {
  front.passTime(milliseconds)
  for (const page of pages) {
    await page.evaluate((slept) => {
      ;(globalThis as unknown as AppWindow).sleptMilliseconds += slept
    }, milliseconds)
  }
}

const countTokenRequests = () => front.asked.filter((path) => path === '/auth/token').length

describe('in Chromium, app and server at one origin', () => {
  test('RFC 6265bis §5.6: the refresh token is in a cookie that no script reads', async () => {
    const page = await openTab()
    await logIn(page)
    expect(await callApi(page)).toBe(200)
    const [cookie, ...others] = await context.cookies()
    expect(others).toEqual([])
    expect(cookie).toMatchObject({ name: 'ostiary_refresh', httpOnly: true, sameSite: 'Strict' })
    const readable = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])
    expect(readable).toEqual(['', 0, 0])
  })

  test('a reload resumes the session by one silent refresh; a page that nobody logged in at stays logged out', async () => {
    const page = await openTab()
    expect(await stateOf(page)).toEqual({ status: 'logged-out' })
    await logIn(page)
    const before = await stateOf(page)
    await page.reload()
    await startClient(page)
    expect(await stateOf(page)).toEqual(before)
    expect(await callApi(page)).toBe(200)
    expect(await front.countRefreshes('rotated')).toBe(1)
  })

  test('a login in one tab logs in the other, and a logout logs it out', async () => {
    const [one, two] = [await openTab(), await openTab()]
    await logIn(one)
    await expect.poll(() => eventsOf(two)).toEqual(['logged-in'])
    expect(await tokenOf(two)).toBe(await tokenOf(one))
    await two.evaluate(() => (globalThis as unknown as AppWindow).client.logOut())
    await expect.poll(() => eventsOf(one)).toEqual(['logged-in', 'logged-out: elsewhere'])
    expect(await callApi(one)).toBe('not_logged_in')
    expect(await context.cookies()).toEqual([])
  })

  test('two tabs that wake up together: one request, one rotation, one token, nobody logged out', async () => {
    const [one, two] = [await openTab(), await openTab()]
    await logIn(one)
    await expect.poll(() => eventsOf(two)).toEqual(['logged-in'])
    const before = countTokenRequests()
    for (let round = 1; round <= 5; round += 1) {
      await sleep([one, two], 3_600_000)
      expect(await Promise.all([one, two, one, two].map(callApi))).toEqual([200, 200, 200, 200])
      expect(await tokenOf(one)).toBe(await tokenOf(two))
      expect(await front.countRefreshes('rotated')).toBe(round)
    }
    expect(countTokenRequests() - before).toBe(5)
    const all = [...(await eventsOf(one)), ...(await eventsOf(two))]
    expect(all.filter((event) => event.startsWith('logged-out'))).toEqual([])
  })

  test('two tabs without Web Locks and BroadcastChannel: the server’s reuse window keeps both logged in', async () => {
    const one = await openTab({ withoutLocks: true })
    await logIn(one)
    const two = await openTab({ withoutLocks: true })
    for (let round = 1; round <= 5; round += 1) {
      await sleep([one, two], 3_600_000)
      expect(await Promise.all([one, two].map(callApi))).toEqual([200, 200])
    }
    expect(await front.countRefreshes('reused')).toBe(0)
  })

  test('a laptop that slept past the expiry refreshes before its first request', async () => {
    const page = await openTab()
    await logIn(page)
    const before = countTokenRequests()
    await sleep([page], 8 * 3_600_000)
    expect(await callApi(page)).toBe(200)
    expect(countTokenRequests() - before).toBe(1)
    expect(front.asked.slice(-2)).toEqual(['/auth/token', '/api/me'])
  })

  test('an offline spell beyond the expiry: told as network, and the session goes on afterwards', async () => {
    const page = await openTab()
    await logIn(page)
    const before = await stateOf(page)
    await context.setOffline(true)
    await sleep([page], 3_600_000)
    expect(await callApi(page)).toBe('network')
    expect(await stateOf(page)).toEqual(before)
    await context.setOffline(false)
    expect(await callApi(page)).toBe(200)
    expect(await eventsOf(page)).not.toContain('logged-out: session_ended')
  })

  test('a server restart: told as network while it is away, and the same session goes on afterwards', async () => {
    const page = await openTab()
    await logIn(page)
    const before = await stateOf(page)
    await sleep([page], 3_600_000)
    await front.restartServer(async () => {
      expect(await callApi(page)).toBe('network')
    })
    expect(await callApi(page)).toBe(200)
    expect(await stateOf(page)).toEqual(before)
  })

  test('Fetch §4.4: a redirect to another origin goes without the token', async () => {
    const page = await openTab()
    await logIn(page)
    const text = await page.evaluate(async () => {
      const response = await (globalThis as unknown as AppWindow).client.fetch('/api/away')
      return response.text()
    })
    expect([text, front.tokensElsewhere.filter((token) => token !== undefined)]).toEqual(['elsewhere', []])
  })
})

describe('in Chromium, the page at another origin than the server', () => {
  /** The same app at localhost, which is another origin than 127.0.0.1. */
  async function openElsewhere(): Promise<Page> {
    const page = await context.newPage()
    await page.goto(`${front.origin.replace('127.0.0.1', 'localhost')}/app`)
    await startClient(page)
    return page
  }

  test('a password can’t be sent from there: login is for the issuer’s own origin', async () => {
    const page = await openElsewhere()
    const code = await page.evaluate(
      (who) => (globalThis as unknown as AppWindow).client.logIn(who).catch((error: { code: string }) => error.code),
      person,
    )
    expect(code).toBe('network')
    expect(await context.cookies()).toEqual([])
  })

  test('a refresh token that the app got otherwise is refreshed, and revoked at logout', async () => {
    const login = await fetch(`${front.issuer}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...person, audience }),
    })
    const { refresh_token: refreshToken } = (await login.json()) as { refresh_token: string }
    const page = await openElsewhere()
    const seen = await page.evaluate(
      async ({ issuer, kept }) => {
        const app = globalThis as unknown as AppWindow
        let held: string | undefined = kept
        const storage = {
          load: () => held,
          save: (token: string) => {
            held = token
          },
          clear: () => {
            held = undefined
          },
        }
        const client = app.createClient({ issuer, storage })
        const { status } = await client.ready()
        const token = await client.token()
        await client.logOut()
        return { status, isToken: token.length > 100, held, after: client.state().status }
      },
      { issuer: front.issuer, kept: refreshToken },
    )
    expect(seen).toEqual({ status: 'logged-in', isToken: true, after: 'logged-out' })
    expect(front.asked.at(-1)).toBe('/auth/revoke')
  })
})
