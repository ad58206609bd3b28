import { afterAll, beforeAll, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { revoke } from '../../domain/revocation-acts/revoke.ts'
import { BROWSER_SESSION_LIMITS } from '../../domain/sessions/session.ts'

const password = 'seven purple umbrellas'

forEachDatabase('POST /login for a browser', ({ createUrl }) => {
  let server: TestServer
  let accountId: string

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    accountId = await addAccount(server, 'Grace <b>', password)
  })
  afterAll(() => server?.stop())

  function send(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...init.headers }
    return fetch(`${server.issuer}${path}`, { redirect: 'manual', ...init, headers })
  }

  function submit(fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return send('/login', {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: server.issuer, ...headers },
    })
  }

  async function signIn(): Promise<string> {
    const answer = await submit({ username: 'grace <b>', password })
    expect(answer.status).toBe(303)
    return cookieOf(answer)
  }

  it('a right password sets a cookie for this host alone and leads to the account page', async () => {
    const answer = await submit({ username: 'grace <b>', password })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/account')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^ostiary_session=[\w-]{22}\.[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/),
      // By which the device is known at the next sign-in.
      expect.stringMatching(/^ostiary_known_device=[\w-]{43}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax$/),
    ])
    const page = await send('/account', { headers: { cookie: cookieOf(answer) } })
    expect(page.status).toBe(200)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(await page.text()).toContain('Grace &lt;b&gt;')
  })

  it('RFC 9700 §4.11: it leads to a path of this origin only', async () => {
    expect((await submit({ username: 'grace <b>', password, return_to: '/account?x=1' })).headers.get('location')).toBe(
      '/account?x=1',
    )
    expect(
      (await submit({ username: 'grace <b>', password, return_to: '//evil.example' })).headers.get('location'),
    ).toBe('/account')
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    '/%5Cevil.example',
    '/@evil.example',
    '/%09/evil.example',
    '/ /evil.example',
    '/．/evil.example',
  ])('a return address %j, in the page and after the login, leads to no other site', async (returnTo) => {
    const page = await send(`/login?return_to=${encodeURIComponent(returnTo)}`)
    expect(page.status).toBe(200)
    const kept = /name="return_to" value="([^"]*)"/.exec(await page.text())?.[1] ?? '/account'
    const answer = await submit({ username: 'grace <b>', password, return_to: returnTo })
    expect(answer.status).toBe(303)
    for (const target of [kept, answer.headers.get('location') ?? '']) {
      expect(new URL(target, server.issuer).origin).toBe(server.issuer)
    }
  })

  it.each([
    ['a tab', '/\t/evil.example'],
    ['a line break', '/\r\nSet-Cookie: a=b'],
    ['NUL', '/a\0'],
    ['10 kB', `/${'a'.repeat(10_000)}`],
  ])('a return address with %s is refused with 400, in the query as in the form', async (_, returnTo) => {
    const page = await send(`/login?return_to=${encodeURIComponent(returnTo)}`)
    const answer = await submit({ username: 'grace <b>', password, return_to: returnTo })
    for (const { status, headers } of [page, answer]) {
      expect(status).toBe(400)
      expect(headers.get('location')).toBeNull()
      expect(headers.get('set-cookie')).toBeNull()
    }
  })

  it('a wrong password shows the form again: 401, the sentence, the name kept and escaped, the return address kept', async () => {
    const answer = await submit({
      username: '"><script>x</script>',
      password: 'a wrong guess',
      return_to: '/account?x=1',
    })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('set-cookie')).toBeNull()
    const page = await answer.text()
    expect(page).toContain('That didn&#39;t match. Check the user name and password.')
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;x&lt;/script&gt;"')
    expect(page).not.toContain('<script>')
    expect(page).toContain('value="/account?x=1"')
    expect(page).not.toContain('a wrong guess')
  })

  it.each([{ username: '', password: 'x' }, { username: 'a', password: '' }, {}, { username: 'a\0b', password: 'x' }])(
    'an incomplete form %j shows the form again with 400',
    async (fields) => {
      const answer = await submit(fields as Record<string, string>)
      expect(answer.status).toBe(400)
      expect(await answer.text()).toContain('Enter both the user name and the password.')
    },
  )

  it.each([
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ])('a form that another site sends (%j) is refused with 403 and opens nothing', async (headers) => {
    const { origin, ...rest } = headers
    const answer = await submit({ username: 'grace <b>', password }, { ...rest, origin })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('set-cookie')).toBeNull()
    const cookie = await signIn()
    const logout = await send('/logout', { method: 'POST', headers: { cookie, ...headers } })
    expect(logout.status).toBe(403)
    expect((await send('/account', { headers: { cookie } })).status).toBe(200)
  })

  it('a new login ends the session that the browser had, so no cookie from before lives on', async () => {
    const before = await signIn()
    const answer = await submit({ username: 'grace <b>', password }, { cookie: before })
    const after = cookieOf(answer)
    expect(after).not.toBe(before)
    expect((await send('/account', { headers: { cookie: before } })).status).toBe(303)
    expect((await send('/account', { headers: { cookie: after } })).status).toBe(200)
  })

  it('signing out ends the session durably, removes the cookie, is audited, and twice is no error', async () => {
    const cookie = await signIn()
    const answer = await send('/logout', { method: 'POST', headers: { cookie, origin: server.issuer } })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/login')
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await send('/account', { headers: { cookie } })).headers.get('location')).toBe(
      '/login?return_to=%2Faccount',
    )
    expect((await send('/logout', { method: 'POST', headers: { cookie, origin: server.issuer } })).status).toBe(303)
    const sessionId = cookie.split('=')[1]?.split('.')[0]
    const events = await listAuditEvents(server.running.installation.database.read, { accountId, limit: 200 })
    const ended = events.filter((event) => event.act === 'session.ended' && event.sessionId === sessionId)
    expect(ended).toHaveLength(1)
  })

  it('signing out ends the browser’s session also where an app of this origin has its refresh token in a cookie, and that too', async () => {
    const cookie = await signIn()
    await addApi(server, { audience: 'https://api.example.com' })
    const login = await send('/login', {
      method: 'POST',
      body: new URLSearchParams({ username: 'grace <b>', password, refresh_in: 'cookie' }),
      headers: { accept: 'application/json' },
    })
    const app = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(app).toContain('refresh=or_')
    const both = `${cookie}; ${app}`
    const headers = { cookie: both, origin: server.issuer, accept: 'text/html' }
    const answer = await send('/logout', { method: 'POST', headers })
    expect([answer.status, answer.headers.getSetCookie().length]).toEqual([303, 2])
    expect((await send('/account', { headers: { cookie } })).status).toBe(303)
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary' })
    const refreshed = await send('/token', {
      method: 'POST',
      body: form,
      headers: { cookie: app, origin: server.issuer },
    })
    expect(refreshed.status).toBe(400)
  })

  it('GET /logout signs nobody out', async () => {
    const cookie = await signIn()
    expect((await send('/logout', { headers: { cookie } })).status).toBe(405)
    expect((await send('/account', { headers: { cookie } })).status).toBe(200)
  })

  it('a changed, cut, doubled or foreign cookie is nobody', async () => {
    const cookie = await signIn()
    const other = await signIn()
    const [id] = cookie.split('.')
    const [, secret] = other.split('.')
    for (const wrong of [
      `${cookie.slice(0, -1)}_`,
      cookie.slice(0, -2),
      `${cookie}; ${other}`,
      `${id}.${secret}`,
      'ostiary_session=',
    ]) {
      expect((await send('/account', { headers: { cookie: wrong } })).status).toBe(303)
    }
  })

  it('a session ends by itself when it was not used for 12 hours, and after 7 days whatever happens', async () => {
    const { idleMilliseconds, absoluteMilliseconds } = BROWSER_SESSION_LIMITS
    const [used, unused] = [await signIn(), await signIn()]
    const start = server.clock.now()
    const statusOf = async (cookie: string) => (await send('/account', { headers: { cookie } })).status
    for (let at = start + idleMilliseconds - 1; at < start + absoluteMilliseconds; at += idleMilliseconds - 1) {
      server.clock.set(at)
      expect(await statusOf(used)).toBe(200)
    }
    expect(await statusOf(unused)).toBe(303)
    server.clock.set(start + absoluteMilliseconds)
    expect(await statusOf(used)).toBe(303)
  })

  it('everything revoked: who was signed in is nobody, and may sign in again in the same millisecond', async () => {
    const cookie = await signIn()
    const { installation } = server.running
    await revoke({ ...installation, issuer: server.issuer }, { kind: 'everything' }, 'cli')
    const next = await signIn()
    expect((await send('/account', { headers: { cookie } })).status).toBe(303)
    expect((await send('/account', { headers: { cookie: next } })).status).toBe(200)
  })

  it('who is signed in is led on from the login page', async () => {
    const cookie = await signIn()
    expect((await send('/login?return_to=%2Faccount%3Fa', { headers: { cookie } })).headers.get('location')).toBe(
      '/account?a',
    )
    expect((await send('/login')).status).toBe(200)
  })

  it('an address where nothing is answers a page to a browser and a problem to a program, both 404', async () => {
    const page = await send('/nowhere')
    expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
      status: 404,
      type: 'text/html; charset=utf-8',
    })
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const problem = await send('/nowhere', { headers: { accept: '*/*' } })
    expect({ status: problem.status, type: problem.headers.get('content-type') }).toEqual({
      status: 404,
      type: 'application/problem+json',
    })
  })
})

it('on an https issuer the cookie is Secure and bears the prefix __Host- (RFC 6265bis §4.1.3.2)', async () => {
  const server = await startTestServer({ config: { issuer: 'https://login.example.com' } })
  try {
    await addAccount(server, 'ada', password)
    const answer = await fetch(`${server.running.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: 'text/html', origin: 'https://login.example.com' },
      body: new URLSearchParams({ username: 'ada', password }),
    })
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-ostiary_session=.*; Path=\/; .*; HttpOnly; SameSite=Lax; Secure$/,
    )
  } finally {
    await server.stop()
  }
})

function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}
