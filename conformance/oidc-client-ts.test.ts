import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { build } from 'esbuild'
import type { User, UserManagerSettings } from 'oidc-client-ts'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../packages/server/testing/browser.ts'
import { addClient, audience, person, type Scene, startScene } from './scene.ts'

/** Renewed this soon after it was issued, instead of a minute before it expires. */
const RENEW_AFTER_SECONDS = 2
const LIFETIME_SECONDS = 150

describe('oidc-client-ts in a browser', () => {
  let scene: Scene
  let browser: Browser
  let app: Server
  let address: string
  let clientId = 'none'

  beforeAll(async () => {
    scene = await startScene()
    browser = await launchBrowser()
    const script = await bundlePage()
    app = createServer((request, response) => {
      const isScript = request.url === '/page.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(isScript ? script : renderPage(settings()))
    })
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    await browser?.close()
    app?.close()
    await scene?.[Symbol.asyncDispose]()
  })

  function settings(): UserManagerSettings {
    return {
      authority: scene.server.issuer,
      client_id: clientId,
      redirect_uri: `${address}/callback`,
      scope: 'openid profile offline_access orders:read',
      resource: audience,
      loadUserInfo: true,
      accessTokenExpiringNotificationTimeInSeconds: LIFETIME_SECONDS - RENEW_AFTER_SECONDS,
    }
  }

  /** The app in a fresh browser, and registered for it. */
  async function openApp(): Promise<Page> {
    // The port doesn't matter: RFC 8252 §7.3.
    clientId = (await addClient(scene, { redirectUris: ['http://127.0.0.1/callback'] })).clientId
    const page = await (await browser.newContext()).newPage()
    await page.goto(address)
    return page
  }

  async function answerPages(page: Page): Promise<void> {
    await page.getByLabel('User name').fill(person.username)
    await page.getByLabel('Password').fill(person.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
  }

  /** Opens the app, signs in and agrees, and comes back to the app. */
  async function signIn(): Promise<Page> {
    const page = await openApp()
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await answerPages(page)
    await page.waitForURL((url) => url.origin === address)
    return page
  }

  /** The users that the library has loaded, once there are that many, or what went wrong. */
  async function loadedUsers(page: Page, count: number): Promise<User[]> {
    await page.waitForFunction((wanted) => window.loadedUsers?.length >= wanted || window.failures?.length > 0, count)
    expect(await page.evaluate(() => window.failures)).toEqual([])
    return page.evaluate(() => window.loadedUsers)
  }

  it('OpenID Connect Core 1.0 §3.1, §5.3: oidc-client-ts signs in, and reads metadata, tokens and userinfo from another origin', async () => {
    const page = await signIn()
    const [user] = await loadedUsers(page, 1)
    expect(user?.scope).toBe('openid profile offline_access orders:read')
    expect(user?.profile).toMatchObject({ iss: scene.server.issuer, sub: scene.accountId, name: 'ada' })
    await page.context().close()
  })

  it('RFC 6749 §6: oidc-client-ts renews by its refresh token, by itself and without leaving the page', async () => {
    const page = await signIn()
    const [first, second] = await loadedUsers(page, 2)
    expect(second?.access_token).not.toBe(first?.access_token)
    expect(second?.refresh_token).not.toBe(first?.refresh_token)
    expect(second?.profile.sub).toBe(scene.accountId)
    await page.context().close()
  })

  it('OpenID Connect Core 1.0 §3.1.2.1: oidc-client-ts renews in a frame without a page by prompt=none', async () => {
    const page = await signIn()
    const before = await loadedUsers(page, 1)
    const asked = page.waitForRequest((request) => request.frame() !== page.mainFrame() && isSilent(request.url()))
    await page.getByRole('button', { name: 'Renew in a frame' }).click()
    expect((await asked).isNavigationRequest()).toBe(true)
    await page.waitForFunction(() => window.isRenewed || window.failures.length > 0)
    const after = await loadedUsers(page, before.length + 1)
    expect(after.at(-1)?.profile.sub).toBe(scene.accountId)
    await page.context().close()
  })

  it('OpenID Connect Core 1.0 §3.1.2.1: oidc-client-ts signs in by a popup, though our pages are cut off from their opener', async () => {
    const page = await openApp()
    const opened = page.waitForEvent('popup')
    await page.getByRole('button', { name: 'Sign in by popup' }).click()
    const popup = await opened
    const closed = popup.waitForEvent('close')
    await popup.getByLabel('User name').waitFor()
    expect(await popup.evaluate(() => window.opener)).toBeNull()
    await answerPages(popup)
    const [user] = await loadedUsers(page, 1)
    expect(user?.profile.sub).toBe(scene.accountId)
    await closed
    await page.context().close()
  })

  it('RFC 7009 §2: oidc-client-ts revokes its tokens, and they are refused from then on', async () => {
    const page = await signIn()
    const [user] = await loadedUsers(page, 1)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForFunction(() => window.isSignedOut || window.failures.length > 0)
    expect(await page.evaluate(() => window.failures)).toEqual([])
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: user?.refresh_token ?? '' }
    const refreshed = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
    expect([refreshed.status, await refreshed.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_grant' }),
    ])
    const headers = { authorization: `Bearer ${user?.access_token}` }
    expect((await fetch(`${scene.server.issuer}/userinfo`, { headers })).status).toBe(401)
    await page.context().close()
  })

  it('Fetch Standard §3.3.3: a page of another origin reads the challenge of a refused token', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(address)
    const challenge = await page.evaluate(async (url) => {
      const answer = await fetch(url, { headers: { authorization: 'Bearer x.y.z' } })
      return answer.headers.get('www-authenticate')
    }, `${scene.server.issuer}/userinfo`)
    expect(challenge).toContain('error="invalid_token"')
    await page.context().close()
  })
})

function isSilent(url: string): boolean {
  return new URL(url).searchParams.get('prompt') === 'none'
}

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'oidc-client-page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  return outputFiles[0]?.text ?? ''
}

function renderPage(settings: UserManagerSettings): string {
  return `<!doctype html><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,">
<button id="sign-in">Sign in</button><button id="sign-out">Sign out</button>
<button id="renew-in-frame">Renew in a frame</button><button id="sign-in-by-popup">Sign in by popup</button>
<script>window.settings = ${JSON.stringify(settings)}</script>
<script type="module" src="/page.js"></script>`
}
