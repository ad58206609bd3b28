import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express } from 'express'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../../packages/server/testing/browser.ts'
import { CliFolder } from '../../packages/server/testing/run-cli.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../packages/server/testing/test-server.ts'
import { listenFrom } from './listen-from.ts'
import { createOneProcessTutorial } from './one-process.ts'
import { createTutorial } from './tutorial.ts'

const audience = 'https://tutorial.example'
const username = 'ada'
const password = 'seven purple umbrellas'

interface Running {
  readonly url: string
  readonly clock: { now(): number; set(moment: number): void }
  stop(): Promise<void>
}

async function startWithServer(): Promise<Running> {
  const ostiary: TestServer = await startTestServer()
  await addAccount(ostiary, username, password)
  await addApi(ostiary, { audience })
  const app = await listen(createTutorial({ issuer: ostiary.issuer, audience, clock: ostiary.clock.now }))
  return { ...app, clock: ostiary.clock, stop: () => app.stop().then(ostiary.stop) }
}

async function startOneProcess(): Promise<Running> {
  using folder = new CliFolder()
  const secret = (await folder.run(['secret'])).stdout.trim()
  let moment = Date.now()
  const clock = {
    now: () => moment,
    set: (to: number) => {
      moment = to
    },
  }
  return { ...(await listen(createOneProcessTutorial({ secret, username, password, clock: clock.now }))), clock }
}

function listen(app: Express): Promise<{ url: string; stop(): Promise<void> }> {
  return new Promise((resolve) => {
    const server: Server = app.listen(0, '127.0.0.1', () => {
      const stop = () =>
        new Promise<void>((stopped) => {
          server.close(() => stopped())
          server.closeAllConnections()
        })
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop })
    })
  })
}

describe.each([
  ['with a server', startWithServer],
  ['in one process', startOneProcess],
])('the tutorial %s', (_, start) => {
  let running: Running

  beforeAll(async () => {
    running = await start()
  })
  afterAll(() => running?.stop())

  const send = (path: string, init?: RequestInit) => fetch(`${running.url}${path}`, init)
  const logIn = (fields: Record<string, string>) =>
    send('/login', { method: 'POST', body: new URLSearchParams(fields) })
  const getToken = async () => ((await (await logIn({ username, password })).json()) as { token: string }).token
  const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } })

  it('answers {"token": …} to the right password', async () => {
    const answer = await logIn({ username, password })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) })
  })

  it.each([{ username, password: 'wrong' }, { username: 'nobody', password }, { username }, { password }, {}])(
    'wrong or missing credentials %j: 403, Unable to verify, a Basic challenge',
    async (fields) => {
      const answer = await logIn(fields as Record<string, string>)
      expect(answer.status).toBe(403)
      expect(await answer.text()).toBe('Unable to verify')
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Authentication Failed!"')
      running.clock.set(running.clock.now() + 60_000)
    },
  )

  it('anybody reads the public page', async () => {
    expect(await (await send('/public')).text()).toBe('This is a public page')
  })

  it('a valid token opens the dashboard, from the header and from ?token=', async () => {
    const token = await getToken()
    for (const answer of [await send('/auth', bearer(token)), await send(`/auth?token=${token}`)]) {
      expect(answer.status).toBe(200)
      expect(await answer.text()).toBe('You are verified. Welcome to your dashboard!')
    }
  })

  it('no token, an expired one and an invalid one are three alerts with 401', async () => {
    const token = await getToken()
    const alert = async (answer: Response) => ({ status: answer.status, body: await answer.json() })
    expect(await alert(await send('/auth'))).toEqual({ status: 401, body: { 'Alert!': 'Token is missing' } })
    for (const invalid of ['x', `${token}x`, token.slice(0, -2), `${token.split('.')[0]}..`]) {
      expect(await alert(await send('/auth', bearer(invalid)))).toEqual({
        status: 401,
        body: { 'Alert!': 'Invalid Token' },
      })
      expect(await alert(await send(`/auth?token=${invalid}`))).toEqual({
        status: 401,
        body: { 'Alert!': 'Invalid Token' },
      })
    }
    const issuedAt = running.clock.now()
    running.clock.set(issuedAt + 149_000)
    expect((await send('/auth', bearer(token))).status).toBe(200)
    // 150 seconds and the guard's leeway for clocks that differ.
    running.clock.set(issuedAt + 150_000 + 16_000)
    expect(await alert(await send('/auth', bearer(token)))).toEqual({
      status: 401,
      body: { 'Alert!': 'Token has expired' },
    })
    expect(await alert(await send(`/auth?token=${token}`))).toEqual({
      status: 401,
      body: { 'Alert!': 'Token has expired' },
    })
  })
})

describe('the tutorial in a browser', () => {
  let browser: Browser
  let running: Running
  beforeAll(async () => {
    browser = await launchBrowser()
    running = await startWithServer()
  })
  afterAll(async () => {
    await browser?.close()
    await running?.stop()
  })

  it('a person logs in with the form, opens the dashboard with the token, and is refused when it has expired', async () => {
    const page = await browser.newPage()
    await page.goto(`${running.url}/`)
    await page.getByLabel('User name').fill(username)
    await page.getByLabel('Password').fill('wrong')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('Unable to verify').waitFor()

    await page.goto(`${running.url}/`)
    await page.getByLabel('User name').fill(username)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.waitForURL(`${running.url}/login`)
    const { token } = JSON.parse(await page.locator('body').innerText()) as { token: string }

    await page.goto(`${running.url}/auth?token=${token}`)
    expect(await page.locator('body').innerText()).toBe('You are verified. Welcome to your dashboard!')
    await page.goto(`${running.url}/auth`)
    expect(JSON.parse(await page.locator('body').innerText())).toEqual({ 'Alert!': 'Token is missing' })
    running.clock.set(running.clock.now() + 166_000)
    await page.goto(`${running.url}/auth?token=${token}`)
    expect(JSON.parse(await page.locator('body').innerText())).toEqual({ 'Alert!': 'Token has expired' })
  })
})

it('the tutorial stays an introduction: under 60 lines', () => {
  for (const file of ['tutorial.ts', 'one-process.ts']) {
    expect(
      readFileSync(new URL(file, import.meta.url), 'utf8')
        .trimEnd()
        .split('\n').length,
    ).toBeLessThan(60)
  }
})

it('the app takes the next free port when its own is busy, and says so', async () => {
  const other = createServer()
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as AddressInfo).port))
  })
  const url = await listenFrom(
    createOneProcessTutorial({ secret: Buffer.alloc(32, 1).toString('base64url'), username, password }),
    port,
  )
  expect(Number(new URL(url).port)).toBeGreaterThan(port)
  expect(await (await fetch(`${url}/public`)).text()).toBe('This is a public page')
  other.close()
})

describe('the tutorial in two windows', () => {
  it('who logs out in one is refused in the other within the second', async () => {
    const ostiary = await startTestServer({ isClockRunning: true })
    await addAccount(ostiary, username, password)
    await addApi(ostiary, { audience })
    const app = await listen(createTutorial({ issuer: ostiary.issuer, audience, clock: ostiary.clock.now }))
    const browser = await launchBrowser()
    try {
      const [one, other] = [await browser.newPage(), await browser.newPage()]
      await one.goto(app.url)
      await one.getByLabel('User name').fill(username)
      await one.getByLabel('Password').fill(password)
      await one.getByRole('button', { name: 'Log in' }).click()
      const { token } = JSON.parse((await one.textContent('body')) ?? '') as { token: string }
      const open = async () => (await other.goto(`${app.url}/auth?token=${token}`))?.text()
      expect(await open()).toBe('You are verified. Welcome to your dashboard!')
      const answer = await one.evaluate(
        async (path) => (await fetch(path, { method: 'POST' })).status,
        `/logout?token=${token}`,
      )
      expect(answer).toBe(200)
      await expect.poll(open, { interval: 20, timeout: 1000 }).toBe('{"Alert!":"Invalid Token"}')
    } finally {
      await browser.close()
      await app.stop()
      await ostiary.stop()
    }
  })
})
