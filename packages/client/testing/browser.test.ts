import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../../server/testing/browser.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../server/testing/test-server.ts'
import type { Client, createClient } from '../src/index.ts'
import { bundleClient } from './bundle-client.ts'

declare global {
  // What the page under test has: the bundle's exports, and the client that it made.
  var ostiary: { readonly createClient: typeof createClient }
  var client: Client
  var events: string[]
}

const audience = 'https://api.example.com'
const person = { username: 'ada', password: 'a long walk along the river' }

let browser: Browser
let script: string
beforeAll(async () => {
  browser = await launchBrowser()
  script = (await bundleClient('iife')).text
})
afterAll(() => browser.close())

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(): Promise<{
  server: TestServer
  context: BrowserContext
  countRotations: () => Promise<number>
}> {
  const server = await startTestServer({ isClockRunning: true })
  closing.push(() => server.stop())
  await addApi(server, { audience, lifetimeSeconds: 60 })
  await addAccount(server, person.username, person.password)
  const context = await browser.newContext()
  closing.push(() => context.close())
  // A page beside the server, on its origin.
  await context.route(`${server.issuer}/app`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>App</title><script>${script}</script>` }),
  )
  const countRotations = async (): Promise<number> => {
    const metrics = await (await fetch(`${server.running.url}/metrics`)).text()
    return Number(/ostiary_refreshes_total\{outcome="rotated"\} (\d+)/.exec(metrics)?.[1])
  }
  return { server, context, countRotations }
}

/** A tab with a client whose refresh token is in the cookie. Its clock can be moved by `shift`. */
async function openTab(context: BrowserContext, issuer: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${issuer}/app`)
  await page.evaluate(
    ([url, api]) => {
      const clock = {
        shift: 0,
        monotonic: () => performance.now() + clock.shift,
        wall: () => Date.now() + clock.shift,
      }
      Object.assign(globalThis, { clock, events: [] })
      globalThis.client = globalThis.ostiary.createClient({ issuer: url, audience: api, storage: 'cookie', clock })
      globalThis.client.on('loggedOut', ({ reason }) => globalThis.events.push(reason))
    },
    [issuer, audience] as const,
  )
  return page
}

const logIn = (page: Page) => page.evaluate((credentials) => client.logIn(credentials), person)
const sleep = (page: Page, milliseconds: number) =>
  page.evaluate((shift) => {
    ;(globalThis as unknown as { clock: { shift: number } }).clock.shift += shift
  }, milliseconds)
const getToken = (page: Page) =>
  page.evaluate(() =>
    client.token().then(
      (token) => token,
      ({ code }) => String(code),
    ),
  )

test('two tabs: one rotation, both have a token, nobody is logged out, and no script sees the refresh token', async () => {
  const { server, context, countRotations } = await start()
  const [one, two] = [await openTab(context, server.issuer), await openTab(context, server.issuer)]
  await logIn(one)
  expect(await getToken(two)).toMatch(/^ey/)
  expect(await one.evaluate(() => document.cookie)).toBe('')
  for (const tab of [one, two]) await sleep(tab, 55_000)
  const before = await countRotations()
  const tokens = await Promise.all([getToken(one), getToken(two), getToken(one), getToken(two)])
  expect(tokens.every((token) => token.startsWith('ey'))).toBe(true)
  expect((await countRotations()) - before).toBe(1)
  expect(await Promise.all([one, two].map((tab) => tab.evaluate(() => events)))).toEqual([[], []])
})

test('a page that is loaded again goes on; logging out in one tab is told to the other', async () => {
  const { server, context } = await start()
  const one = await openTab(context, server.issuer)
  await logIn(one)
  await one.close()
  const [two, three] = [await openTab(context, server.issuer), await openTab(context, server.issuer)]
  expect(await getToken(two)).toMatch(/^ey/)
  expect(await getToken(three)).toMatch(/^ey/)
  await two.evaluate(() => client.logOut())
  await three.waitForFunction(() => events.length === 1)
  expect(await getToken(three)).toMatch(/^(session_ended|not_logged_in)$/)
})

test('an offline spell, and a laptop that slept through it: the session is there when the network is', async () => {
  const { server, context } = await start()
  const tab = await openTab(context, server.issuer)
  await logIn(tab)
  await context.setOffline(true)
  await sleep(tab, 3_600_000)
  expect(await getToken(tab)).toBe('unavailable')
  await context.setOffline(false)
  expect(await getToken(tab)).toMatch(/^ey/)
  expect(await tab.evaluate(() => events)).toEqual([])
})
