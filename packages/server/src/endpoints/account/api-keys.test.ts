import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchBrowser } from '../../../testing/browser.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { postForm } from '../../../testing/revoking.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'

const audience = 'https://api.example.com'
const password = 'a long walk along the river'
const MINUTE_MS = 60_000
const wanted = { name: 'Nightly report', audience, scope: 'orders:read', expires: '90d' }

interface ShownKey {
  readonly id: string
  readonly api_key: string
  readonly scopes: readonly string[]
}

forEachDatabase('the API keys of one’s own account', ({ createUrl }) => {
  const servers: TestServer[] = []
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(): Promise<TestServer> {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    await addApi(server, { audience, name: 'Orders', scopes: ['orders:read', 'orders:write'] })
    for (const name of ['ada', 'grace']) await addAccount(server, name, password)
    return server
  }

  async function signIn(server: TestServer, username = 'ada'): Promise<string> {
    const body = new URLSearchParams({ username, password })
    const headers = { accept: 'text/html' }
    const answer = await fetch(`${server.issuer}/login`, { method: 'POST', body, headers, redirect: 'manual' })
    return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  }

  const post = (server: TestServer, path: string, cookie: string, form: Record<string, string>, more = {}) =>
    fetch(`${server.issuer}${path}`, {
      method: 'POST',
      headers: { cookie, accept: 'application/json', ...more },
      body: new URLSearchParams(form),
      redirect: 'manual',
    })

  async function make(server: TestServer, cookie: string): Promise<ShownKey> {
    const answer = await post(server, '/account/api-keys', cookie, wanted)
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    return (await answer.json()) as ShownKey
  }

  async function list(server: TestServer, cookie: string): Promise<readonly ShownKey[]> {
    const answer = await fetch(`${server.issuer}/account`, { headers: { cookie, accept: 'application/json' } })
    return ((await answer.json()) as { api_keys: readonly ShownKey[] }).api_keys
  }

  async function exchange(server: TestServer, key: string): Promise<number> {
    const answer = await postForm(`${server.issuer}/token`, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: key,
      subject_token_type: 'urn:ostiary:params:oauth:token-type:api_key',
    })
    return answer.status
  }

  it('one is made, shown once, listed without its secret, and revoked; each is audited and none is logged', async () => {
    const server = await start()
    const cookie = await signIn(server)
    const { api_key: text, ...shown } = await make(server, cookie)
    expect(shown).toMatchObject({ name: 'Nightly report', audience, scopes: ['orders:read'], last_used_at: null })
    expect(await list(server, cookie)).toEqual([shown])
    expect(await exchange(server, text)).toBe(200)
    expect((await post(server, '/account/api-keys/revoke', cookie, { key: shown.id })).status).toBe(204)
    expect(await exchange(server, text)).toBe(400)
    expect(await list(server, cookie)).toEqual([])
    const events = await listAuditEvents(server.running.installation.database.read, { limit: 50 })
    expect(events.map(({ act }) => act)).toEqual(
      expect.arrayContaining(['api_key.created', 'api_key.used', 'api_key.revoked']),
    )
    expect(JSON.stringify(events)).not.toContain(text)
    expect(server.logText()).not.toContain(text)
  })

  it('another account’s key is neither listed nor revoked', async () => {
    const server = await start()
    const { api_key: text, id } = await make(server, await signIn(server))
    const cookie = await signIn(server, 'grace')
    expect(await list(server, cookie)).toEqual([])
    expect((await post(server, '/account/api-keys/revoke', cookie, { key: id })).status).toBe(204)
    expect(await exchange(server, text)).toBe(200)
  })

  it('a login of more than 15 minutes ago makes no key', async () => {
    const server = await start()
    const cookie = await signIn(server)
    server.clock.set(server.clock.now() + 15 * MINUTE_MS)
    await make(server, cookie)
    server.clock.set(server.clock.now() + 1)
    const answer = await post(server, '/account/api-keys', cookie, wanted)
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 403,
      body: { code: 'login_too_old' },
    })
    expect(await list(server, cookie)).toHaveLength(1)
  })

  it('another site, or nobody, makes and revokes none', async () => {
    const server = await start()
    const cookie = await signIn(server)
    const { id } = await make(server, cookie)
    const evil = { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' }
    expect((await post(server, '/account/api-keys', cookie, wanted, evil)).status).toBe(403)
    expect((await post(server, '/account/api-keys/revoke', cookie, { key: id }, evil)).status).toBe(403)
    expect((await post(server, '/account/api-keys', '', wanted)).status).toBe(401)
    expect((await post(server, '/account/api-keys/revoke', '', { key: id })).status).toBe(401)
    expect(await list(server, cookie)).toHaveLength(1)
  })

  it.each<[string, Record<string, string>]>([
    ['no name', { name: '' }],
    ['an invisible name', { name: ' ' }],
    ['a name that is too long', { name: 'a'.repeat(129) }],
    ['a control character in the name', { name: 'a\u0000b' }],
    ['no API', { audience: '' }],
    ['an API that is none', { audience: 'https://nobody.example.com' }],
    ['a scope that the API has not', { scope: 'orders:reed' }],
    ['a scope that is too long', { scope: 'a'.repeat(4097) }],
    ['no lifetime', { expires: '' }],
    ['another lifetime', { expires: 'never' }],
  ])('%s is refused as invalid_parameter', async (_, more) => {
    const server = await start()
    const cookie = await signIn(server)
    const answer = await post(server, '/account/api-keys', cookie, { ...wanted, ...more })
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 400,
      body: { code: 'invalid_parameter' },
    })
    expect(await list(server, cookie)).toEqual([])
  })

  it('in a browser: makes one after a fresh login, sees it once, and revokes it', async () => {
    const server = await start()
    const page = await (await browser.newContext()).newPage()
    const logIn = async () => {
      await page.getByLabel('User name').fill('ada')
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    await page.goto(`${server.issuer}/account`)
    await logIn()
    await page.waitForURL(`${server.issuer}/account`)
    server.clock.set(server.clock.now() + 16 * MINUTE_MS)
    await page.getByRole('link', { name: 'Make an API key' }).click()
    await logIn()
    await page.waitForURL(`${server.issuer}/account/api-keys`)

    await page.getByLabel('What it is for').fill('<b>Report</b>')
    await page.getByLabel('Only these scopes').fill('orders:reed')
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('What it is for').inputValue()).toBe('<b>Report</b>')
    await page.getByLabel('Only these scopes').fill('orders:read')
    await page.getByRole('button', { name: 'Make the key' }).click()
    const text = await page.locator('#api-key').innerText()
    expect(await exchange(server, text)).toBe(200)

    await page.getByRole('link', { name: 'Back to your account' }).click()
    await page.getByText('<b>Report</b>').waitFor()
    expect(await page.content()).not.toContain(text)
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await expect.poll(() => page.getByText('<b>Report</b>').count()).toBe(0)
    expect(await exchange(server, text)).toBe(400)
    await page.context().close()
  })
})
