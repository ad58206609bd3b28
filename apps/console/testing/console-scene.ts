import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { addRole } from '../../../packages/server/src/domain/accounts/change-role.ts'
import { launchBrowser } from '../../../packages/server/testing/browser.ts'
import {
  addAccount,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../../packages/server/testing/test-server.ts'

export const admin = { username: 'ada', password: 'a long walk along the river' }

export const phone = { width: 390, height: 844 }
export const narrow = { width: 320, height: 640 }
export const desk = { width: 1280, height: 800 }

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A server with an admin, and one Chromium. */
export class ConsoleScene implements AsyncDisposable {
  readonly server: TestServer
  readonly browser: Browser
  readonly adminId: string
  /** What the browser said that nobody expects: errors of scripts and of the policy. */
  readonly complaints: string[] = []

  private constructor(server: TestServer, browser: Browser, adminId: string) {
    this.server = server
    this.browser = browser
    this.adminId = adminId
  }

  static async start(options: TestServerOptions = {}): Promise<ConsoleScene> {
    const [server, browser] = await Promise.all([
      startTestServer({ isClockRunning: true, ...options }),
      launchBrowser(),
    ])
    const adminId = await addAccount(server, admin.username, admin.password, 'ada@example.com')
    await server.running.installation.database.write((tx) =>
      addRole(tx, { accountId: adminId, role: 'admin', actor: 'cli' }),
    )
    return new ConsoleScene(server, browser, adminId)
  }

  get consoleUrl(): string {
    return `${this.server.issuer}/console`
  }

  /** A page of a browser of its own, whose complaints are kept. */
  async open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: desk, reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      // A status such as 401 is an answer, which the page deals with: not an error of its own.
      const isStatus = message.text().startsWith('Failed to load resource: the server responded')
      if (message.type() === 'error' && !isStatus) this.complaints.push(message.text())
    })
    return page
  }

  /** Opens a page of the console and signs in on the way. */
  async openSignedIn(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.open(options)
    await page.goto(`${this.consoleUrl}${path}`)
    await this.signIn(page)
    return page
  }

  /** Types what the login page asks for. */
  async signIn(page: Page, { username, password } = admin): Promise<void> {
    await page.getByLabel('User name').fill(username)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await page.getByRole('main').waitFor()
    await page.waitForURL((url) => url.href.startsWith(this.consoleUrl) && !url.pathname.endsWith('/callback'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close()
    await this.server.stop()
  }
}

/** What axe-core finds, as `rule: element`; nothing when it is content. */
export async function findBarriers(page: Page): Promise<string[]> {
  // A context of its own: the page's policy holds for its scripts.
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(
    async () => await (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
  )
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}

/** Nothing is wider than the window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }))
  expect(content).toBeLessThanOrEqual(window)
}
