import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addUpstream } from '../packages/server/testing/add-upstream.ts'
import { launchBrowser } from '../packages/server/testing/browser.ts'
import { startOidcProvider } from '../packages/server/testing/oidc-provider-upstream.ts'
import { startScriptedUpstream } from '../packages/server/testing/scripted-upstream.ts'
import { addAccount, findFreePort, logIn } from '../packages/server/testing/test-server.ts'
import { addClient, audience, person, type RegisteredClient, type Scene, startScene } from './scene.ts'

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

describe('federation in, in a browser', () => {
  let browser: Browser
  let scene: Scene
  let app: RegisteredClient
  let appServer: Server
  let redirectUri: string

  beforeAll(async () => {
    browser = await launchBrowser()
    scene = await startScene()
    appServer = createServer((_, response) => response.end('the app'))
    await new Promise<void>((resolve) => appServer.listen(0, '127.0.0.1', resolve))
    redirectUri = `http://127.0.0.1:${(appServer.address() as AddressInfo).port}/callback`
    app = await addClient(scene, { isFirstParty: true, redirectUris: [redirectUri] })
  })
  afterAll(async () => {
    await browser?.close()
    await scene?.[Symbol.asyncDispose]()
    appServer?.closeAllConnections()
    appServer?.close()
  })

  function callbackOf(id: string): string {
    return `${scene.server.issuer}/login/upstream/${id}/callback`
  }

  async function openAuthorization(page: Page, more: Record<string, string> = {}): Promise<void> {
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: app.clientId, redirect_uri: redirectUri, scope: 'openid orders:read' },
      ...{ resource: audience, code_challenge: challenge, code_challenge_method: 'S256', state: 'of the app', ...more },
    })
    await page.goto(`${scene.server.issuer}/authorize?${query}`)
  }

  async function redeem(page: Page): Promise<Record<string, unknown>> {
    await page.waitForURL(`${redirectUri}**`)
    const { searchParams } = new URL(page.url())
    expect(searchParams.get('state')).toBe('of the app')
    const form = {
      ...{ grant_type: 'authorization_code', client_id: app.clientId, redirect_uri: redirectUri },
      ...{ code: searchParams.get('code') ?? '', code_verifier: verifier },
    }
    const answer = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
    const { id_token: idToken = '' } = (await answer.json()) as { readonly id_token?: string }
    return JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())
  }

  it.each([true, false])(
    'a second Ostiary as the upstream: from the app to its login and consent and back with a code (JavaScript: %s)',
    async (javaScriptEnabled) => {
      // Another host, since cookies know no ports (RFC 6265 §8.5).
      const port = await findFreePort()
      await using there = await startScene('', { port, issuer: `http://localhost:${port}` })
      const id = javaScriptEnabled ? 'second' : 'second-plain'
      const client = await addClient(there, { name: 'First', type: 'confidential', redirectUris: [callbackOf(id)] })
      const { issuer } = there.server
      await addUpstream(
        scene.server,
        { id, name: 'Second', issuer, clientId: client.clientId, opensAccounts: true },
        client.secret,
      )
      const context = await browser.newContext({ javaScriptEnabled })
      const page = await context.newPage()
      await openAuthorization(page)
      await page.getByRole('button', { name: 'Continue with Second' }).last().click()
      await page.waitForURL(`${issuer}/**`)
      await page.getByLabel('User name').fill(person.username)
      await page.getByLabel('Password').fill(person.password)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByRole('button', { name: 'Allow' }).click()
      const claims = await redeem(page)
      // How the person proved it there is not known here; the moment is.
      expect(claims).toMatchObject({ iss: scene.server.issuer, auth_time: expect.any(Number) })
      expect([claims.amr, claims.acr]).toEqual([undefined, undefined])
      expect(claims.sub).not.toBe(scene.accountId)

      // Once more, fresh: the upstream is asked for a new login although it knows the browser.
      await openAuthorization(page, { prompt: 'login' })
      await page.getByRole('button', { name: 'Continue with Second' }).last().click()
      await page.waitForURL(`${issuer}/login**`)
      await page.getByLabel('User name').fill(person.username)
      await page.getByLabel('Password').fill(person.password)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      const again = await redeem(page)
      expect(again.sub).toBe(claims.sub)
      expect(Number(again.auth_time)).toBeGreaterThanOrEqual(Number(claims.auth_time))
      await context.close()
    },
  )

  it('oidc-provider as the upstream: its verified address leads to the password of the account, and cancelling to words', async () => {
    await using there = await startOidcProvider(() => callbackOf('provider'))
    await addUpstream(
      scene.server,
      { id: 'provider', name: 'Provider', issuer: there.issuer, clientId: 'ostiary' },
      'secret',
    )
    const accountId = await addAccount(scene.server, 'grace@example.com', person.password)
    const context = await browser.newContext()
    const page = await context.newPage()
    await openAuthorization(page)
    await page.getByRole('button', { name: 'Continue with Provider' }).click()
    await page.waitForURL(`${there.issuer}/interaction/**`)
    await page.getByText('Cancel').click()
    await page.getByRole('heading', { name: "You aren't signed in" }).waitFor()
    await page.getByRole('link', { name: 'Back' }).click()

    await page.getByRole('button', { name: 'Continue with Provider' }).click()
    await page.waitForURL(`${there.issuer}/interaction/**`)
    await page.locator('input[name=login]').fill('grace')
    await page.locator('input[name=password]').fill('any')
    await page.locator('button[type=submit]').click()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Connect Provider?' }).waitFor()
    await page.getByLabel('Password').fill(person.password)
    await page.getByRole('button', { name: 'Connect and sign in' }).click()
    expect(await redeem(page)).toMatchObject({ sub: accountId, amr: ['pwd'] })
    await context.close()
    // The account's own password still opens it.
    const answer = await logIn(scene.server, { username: 'grace@example.com', password: person.password })
    expect(answer.status).toBe(200)
  })

  it('Apple’s answer by form_post, from another site, comes back to the browser’s own cookies', async () => {
    // Another host than ours, since a site knows no ports (RFC 6265bis §5.2).
    const apple = createServer()
    await new Promise<void>((resolve) => apple.listen(0, 'localhost', resolve))
    const site = `http://localhost:${(apple.address() as AddressInfo).port}`
    await using there = await startScriptedUpstream({ authorization_endpoint: `${site}/auth/authorize` })
    apple.on('request', async (request, response) => {
      const asked = new URL(request.url ?? '', site).searchParams
      if (asked.get('response_mode') !== 'form_post') return response.writeHead(404).end()
      there.give('code', await there.sign({ nonce: asked.get('nonce') ?? '' }))
      const fields = { code: 'code', state: asked.get('state') ?? '', user: '{"name":{}}' }
      const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value='${value}'>`)
      response.setHeader('content-type', 'text/html')
      return response.end(`<form method="post" action="${asked.get('redirect_uri')}">${inputs}<button>Go on`)
    })
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
    const key = { teamId: 'TEAM123456', keyId: 'ABC123DEFG', clientId: 'ostiary', opensAccounts: true }
    await addUpstream(scene.server, { preset: 'apple', ...key }, String(pem), { issuer: there.issuer })
    const context = await browser.newContext()
    const page = await context.newPage()
    await openAuthorization(page)
    await page.getByRole('button', { name: 'Continue with Apple' }).click()
    await page.waitForURL(`${site}/**`)
    await page.getByRole('button', { name: 'Go on' }).click()
    expect(await redeem(page)).toMatchObject({ iss: scene.server.issuer })
    await context.close()
    apple.closeAllConnections()
    apple.close()
  })
})
