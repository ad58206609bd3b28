import { createHash, randomBytes } from 'node:crypto'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { advanceKeysInUse } from '../../domain/clients/advance-keys-in-use.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { parseClient } from '../../domain/clients/parse-client.ts'

const audience = 'https://api.example.com'
const person = { username: 'ada', password: 'a long walk along the river' }
const redirectUri = 'https://app.example.com/callback?from=ostiary'
const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

type Described = Omit<Parameters<typeof parseClient>[0], 'name' | 'type'>

forEachDatabase('GET|POST /authorize', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  interface Scene {
    readonly server: TestServer
    readonly accountId: string
    readonly clientId: string
    readonly browser: Visitor
    url(more?: Record<string, string | undefined>): string
    /** Signs in and agrees, wherever that is asked for. */
    finish(page: Visit): Promise<Visit>
    exchange(code: string, more?: Record<string, string>): Promise<{ status: number; body: Record<string, string> }>
  }

  async function addClient(
    server: TestServer,
    described: Described = {},
    type = 'public',
  ): Promise<{ id: string; secret: string }> {
    const parsed = parseClient({ name: 'Shop & Co', type, redirectUris: [redirectUri], ...described })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { database } = server.running.installation
    const { client, secret = '' } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
    await advanceKeysInUse(server.running.installation)
    return { id: client.id, secret }
  }

  async function start(described: Described = {}): Promise<Scene> {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    const accountId = await addAccount(server, person.username, person.password)
    const scopeDescriptions = ['orders:read=See your orders']
    await addApi(server, { audience, name: 'Orders', scopes: ['orders:read', 'orders:write'], scopeDescriptions })
    const { id: clientId } = await addClient(server, described)
    const browser = new Visitor(server.issuer)
    return {
      server,
      accountId,
      clientId,
      browser,
      url(more = {}) {
        const parameters = {
          response_type: 'code',
          client_id: clientId,
          redirect_uri: redirectUri,
          scope: 'openid orders:read',
          resource: audience,
          state: 'a state, ünïcode & all',
          nonce: 'n-1',
          code_challenge: challenge,
          code_challenge_method: 'S256',
          ...more,
        }
        const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
        return `/authorize?${new URLSearchParams(given)}`
      },
      async finish(page) {
        let visit = page
        if (visit.text.includes('name="password"')) visit = await browser.submit(visit, person)
        if (visit.text.includes('name="decision"')) visit = await browser.submit(visit, { decision: 'allow' })
        return visit
      },
      async exchange(code, more = {}) {
        const form = { grant_type: 'authorization_code', client_id: clientId, code, code_verifier: verifier, ...more }
        const response = await fetch(`${server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
        return { status: response.status, body: (await response.json()) as Record<string, string> }
      },
    }
  }

  function answerOf({ status, location }: Visit): Record<string, string> {
    expect(status).toBe(303)
    expect(location?.startsWith(`${redirectUri}&`)).toBe(true)
    const { from: _, ...answer } = Object.fromEntries(new URL(location ?? '').searchParams)
    return answer
  }

  const acts = async ({ server }: Scene) =>
    (await listAuditEvents(server.running.installation.database.read, { limit: 50 })).map(({ act }) => act)

  it('RFC 6749 §4.1: sign in, agree, code, tokens; the ID token and the access token verify with jose', async () => {
    const scene = await start()
    const login = await scene.browser.get(scene.url())
    expect(login.text).toContain('Sign in to continue to Shop &amp; Co')
    // Chromium holds the redirects after a form to the page's policy as well.
    expect(login.headers.get('content-security-policy')).toContain("form-action 'self' https://app.example.com;")
    const consent = await scene.browser.submit(login, person)
    expect(consent.text).toContain('Shop &amp; Co asks for access')
    expect(consent.text).toContain('<bdi id="returns-to">app.example.com</bdi>')
    expect(consent.text).toContain(
      '<li><bdi>See your orders</bdi> <small><bdi>orders:read</bdi> · <bdi>Orders</bdi></small></li>',
    )
    const answer = answerOf(await scene.browser.submit(consent, { decision: 'allow' }))
    expect(answer).toEqual({ code: expect.any(String), state: 'a state, ünïcode & all', iss: scene.server.issuer })
    const { status, body } = await scene.exchange(answer.code ?? '')
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'openid orders:read' })
    const keys = createRemoteJWKSet(new URL(`${scene.server.issuer}/.well-known/jwks.json`))
    const issuer = scene.server.issuer
    const access = await jwtVerify(body.access_token ?? '', keys, { issuer, audience, typ: 'at+jwt' })
    const id = await jwtVerify(body.id_token ?? '', keys, { issuer, audience: scene.clientId, typ: 'JWT' })
    expect(access.payload).toMatchObject({ sub: scene.accountId, client_id: scene.clientId, sid: id.payload.sid })
    const left = createHash('sha256')
      .update(body.access_token ?? '')
      .digest()
      .subarray(0, 16)
    expect(id.payload).toMatchObject({
      sub: scene.accountId,
      nonce: 'n-1',
      at_hash: left.toString('base64url'),
      amr: ['pwd'],
    })
    expect(id.payload.auth_time).toBe(Math.floor(scene.server.clock.now() / 1000))
    expect(await acts(scene)).toEqual(
      expect.arrayContaining(['consent.granted', 'authorization.granted', 'session.opened']),
    )
    // Asked once, remembered from then on; more scopes are asked for anew.
    expect(answerOf(await scene.browser.get(scene.url()))).toHaveProperty('code')
    expect((await scene.browser.get(scene.url({ scope: 'openid orders:write' }))).text).toContain('name="decision"')
  })

  it('/account lists the app with what was agreed to, and withdrawing it ends its sessions and asks anew', async () => {
    const scene = await start()
    const url = scene.url({ scope: 'openid offline_access orders:read' })
    const { body } = await scene.exchange(answerOf(await scene.finish(await scene.browser.get(url))).code ?? '')
    const account = await scene.browser.get('/account')
    expect(account.text).toContain('<bdi>Shop &amp; Co</bdi>')
    expect(account.text).toMatch(/Know that it is you.*Act for you while you are away.*See your orders/s)
    await scene.browser.post('/account/consents', { client_id: scene.clientId })
    const form = { grant_type: 'refresh_token', client_id: scene.clientId, refresh_token: body.refresh_token ?? '' }
    const refreshed = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
    expect(refreshed.status).toBe(400)
    expect((await scene.browser.get('/account')).text).not.toContain('Shop &amp; Co')
    expect((await scene.browser.get(url)).text).toContain('name="decision"')
    expect(await acts(scene)).toContain('consent.withdrawn')
  })

  it('a code from before the withdrawal is good for nothing after it', async () => {
    const scene = await start()
    const { code = '' } = answerOf(await scene.finish(await scene.browser.get(scene.url())))
    await scene.browser.post('/account/consents', { client_id: scene.clientId })
    expect(await scene.exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it('OpenID Connect Core §12: a refresh gives a new ID token of the same person, time and app, without a nonce', async () => {
    const scene = await start()
    const { code = '' } = answerOf(
      await scene.finish(await scene.browser.get(scene.url({ scope: 'openid offline_access' }))),
    )
    const { body } = await scene.exchange(code)
    scene.server.clock.set(scene.server.clock.now() + 60_000)
    const form = { grant_type: 'refresh_token', client_id: scene.clientId, refresh_token: body.refresh_token ?? '' }
    const answer = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
    const next = (await answer.json()) as Record<string, string>
    const [one, other] = [decodeJwt(body.id_token ?? ''), decodeJwt(next.id_token ?? '')]
    for (const claim of ['iss', 'sub', 'aud', 'auth_time', 'sid']) expect(other[claim], claim).toEqual(one[claim])
    expect(other).not.toHaveProperty('nonce')
  })

  it('OpenID Connect Core §3.1.2.1 and OAuth 2.0 Form Post Response Mode §2: POST works as GET, and form_post answers with a form that sends itself', async () => {
    const scene = await start({ isFirstParty: true })
    await scene.browser.submit(await scene.browser.get('/login'), person)
    const parameters = Object.fromEntries(new URL(scene.url(), scene.server.issuer).searchParams)
    expect(answerOf(await scene.browser.post('/authorize', parameters))).toHaveProperty('code')
    // From another site, as an app's own page posts it.
    const foreign = { origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site' }
    expect(answerOf(await scene.browser.post('/authorize', parameters, foreign))).toHaveProperty('code')
    const page = await scene.browser.get(scene.url({ response_mode: 'form_post' }))
    expect(page.status).toBe(200)
    expect(page.text).toContain(`action="${redirectUri.replaceAll('&', '&amp;')}"`)
    expect(page.text).toMatch(/name="code" value="[\w-]{43}"/)
    expect(page.text).toContain(`name="iss" value="${scene.server.issuer}"`)
    const script = /<script>([^<]*)<\/script>/.exec(page.text)?.[1] ?? ''
    const hash = createHash('sha256').update(script).digest('base64')
    expect(page.headers.get('content-security-policy')).toContain(`script-src 'sha256-${hash}'`)
  })

  it('what waits is stored: a restart of the server in the middle of a login changes nothing', async () => {
    const scene = await start()
    const login = await scene.browser.get(scene.url())
    const { config } = scene.server
    await servers.pop()?.running.stop()
    servers.push(await startTestServer({ databaseUrl: config.databaseUrl, config: { ...config } }))
    const answer = answerOf(await scene.finish(login))
    expect((await scene.exchange(answer.code ?? '')).status).toBe(200)
  })

  it('two tabs and the back button end in one answer', async () => {
    const scene = await start()
    const login = await scene.browser.get(scene.url())
    const consent = await scene.browser.submit(login, person)
    const again = await scene.browser.get(consent.url)
    expect(answerOf(await scene.browser.submit(consent, { decision: 'allow' }))).toHaveProperty('code')
    const late = await scene.browser.submit(again, { decision: 'allow' })
    expect([late.status, late.location]).toEqual([400, undefined])
    expect(late.text).toContain('completed already')
  })

  it('RFC 6749 §4.1.2.1: who does not agree sends the app access_denied; who was changed meanwhile decides anew', async () => {
    const scene = await start()
    const consent = await scene.browser.submit(await scene.browser.get(scene.url()), person)
    const stranger = consent.text.replace(scene.accountId, 'acc_somebody')
    expect((await scene.browser.submit({ ...consent, text: stranger }, { decision: 'allow' })).text).toContain(
      'name="decision"',
    )
    expect(answerOf(await scene.browser.submit(consent, { decision: 'deny' }))).toMatchObject({
      error: 'access_denied',
    })
    expect(await acts(scene)).toContain('authorization.denied')
  })

  it('another site can’t decide for a person', async () => {
    const scene = await start()
    const consent = await scene.browser.submit(await scene.browser.get(scene.url()), person)
    const request = /name="request" value="([^"]+)"/.exec(consent.text)?.[1] ?? ''
    const fields = { request, account: scene.accountId, decision: 'allow' }
    const answer = await scene.browser.post('/authorize/consent', fields, { 'sec-fetch-site': 'cross-site' })
    expect([answer.status, answer.location]).toEqual([403, undefined])
  })

  describe('OpenID Connect Core §3.1.2.1', () => {
    it('prompt=none: silent for who is signed in and has agreed, otherwise an error and no page', async () => {
      const scene = await start()
      const silent = scene.url({ prompt: 'none' })
      expect(answerOf(await scene.browser.get(silent))).toMatchObject({ error: 'login_required' })
      await scene.browser.submit(await scene.browser.get('/login'), person)
      expect(answerOf(await scene.browser.get(silent))).toMatchObject({ error: 'consent_required' })
      const first = answerOf(await scene.finish(await scene.browser.get(scene.url())))
      const one = decodeJwt((await scene.exchange(first.code ?? '')).body.id_token ?? '')
      scene.server.clock.set(scene.server.clock.now() + 5_000)
      const second = answerOf(await scene.browser.get(silent))
      const other = decodeJwt((await scene.exchange(second.code ?? '')).body.id_token ?? '')
      expect([other.sub, other.auth_time]).toEqual([one.sub, one.auth_time])
    })

    it.each([{ prompt: 'login' }, { max_age: '1' }, { max_age: '0' }])(
      '%j asks again, and auth_time is later',
      async (more) => {
        const scene = await start({ isFirstParty: true })
        const first = answerOf(await scene.finish(await scene.browser.get(scene.url())))
        const { body } = await scene.exchange(first.code ?? '')
        const one = decodeJwt(body.id_token ?? '')
        scene.server.clock.set(scene.server.clock.now() + 5_000)
        const page = await scene.browser.get(scene.url(more))
        expect(page.text).toContain('name="password"')
        const second = answerOf(await scene.finish(page))
        const { body: next } = await scene.exchange(second.code ?? '')
        expect(Number(decodeJwt(next.id_token ?? '').auth_time)).toBe(Number(one.auth_time) + 5)
        // Whoever proves once more who they are is not logged out of what came before.
        const form = { grant_type: 'refresh_token', client_id: scene.clientId, refresh_token: body.refresh_token ?? '' }
        expect(
          (await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })).status,
        ).toBe(200)
      },
    )

    it('max_age that is not over, display, ui_locales, claims_locales, acr_values and unknown parameters change nothing', async () => {
      const scene = await start({ isFirstParty: true })
      await scene.browser.submit(await scene.browser.get('/login'), person)
      const more = {
        max_age: '10000',
        display: 'popup',
        ui_locales: 'de',
        claims_locales: 'de',
        acr_values: 'x',
        extra: 'y',
      }
      expect(answerOf(await scene.browser.get(scene.url(more)))).toHaveProperty('code')
    })

    it('id_token_hint of somebody else: another sign-in, or login_required; one that is none is refused', async () => {
      const scene = await start({ isFirstParty: true })
      const first = answerOf(await scene.finish(await scene.browser.get(scene.url())))
      const { id_token: hint = '' } = (await scene.exchange(first.code ?? '')).body
      expect(answerOf(await scene.browser.get(scene.url({ id_token_hint: hint, prompt: 'none' })))).toHaveProperty(
        'code',
      )
      await addAccount(scene.server, 'grace', person.password)
      const other = new Visitor(scene.server.issuer)
      await other.submit(await other.get('/login'), { ...person, username: 'grace' })
      expect(answerOf(await other.get(scene.url({ id_token_hint: hint, prompt: 'none' })))).toMatchObject({
        error: 'login_required',
      })
      expect(answerOf(await other.get(scene.url({ id_token_hint: `${hint}x` })))).toMatchObject({
        error: 'invalid_request',
      })
    })

    it('login_hint fills the user name in; select_account and consent show the page again', async () => {
      const scene = await start({ isFirstParty: true })
      expect((await scene.browser.get(scene.url({ login_hint: 'ada' }))).text).toContain('value="ada"')
      await scene.browser.submit(await scene.browser.get('/login'), person)
      for (const prompt of ['consent', 'select_account']) {
        const page = await scene.browser.get(scene.url({ prompt }))
        expect(page.text).toContain('name="decision"')
        const elsewhere = /href="([^"]+switch=1[^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
        expect((await scene.browser.get(elsewhere)).text).toContain('name="password"')
      }
    })
  })

  it('RFC 9700 §4.1: until client and address are verified there is a page and never a redirect', async () => {
    const scene = await start()
    const loopback = await addClient(scene.server, { redirectUris: ['http://127.0.0.1/cb', 'com.example.app:/cb'] })
    const bad: Record<string, string | undefined>[] = [
      { client_id: undefined },
      { client_id: 'cli_nobody' },
      { redirect_uri: undefined },
      { redirect_uri: `${redirectUri}&more=1` },
      { redirect_uri: redirectUri.replace('?from=ostiary', '') },
      { redirect_uri: redirectUri.replace('/callback', '/callback/') },
      { redirect_uri: redirectUri.replace('https', 'http') },
      { redirect_uri: redirectUri.replace('app.', 'APP.') },
      { redirect_uri: redirectUri.replace('app.example.com', 'app.example.com:443') },
      { redirect_uri: redirectUri.replace('app.example.com', 'app.example.com@evil.example') },
      { redirect_uri: redirectUri.replace('app.example.com', 'evil.example/app.example.com') },
      { redirect_uri: `${redirectUri}#x` },
      { redirect_uri: 'https://app.example.com/%63allback?from=ostiary' },
      { redirect_uri: 'javascript:alert(1)' },
      { redirect_uri: '//app.example.com/callback?from=ostiary' },
      { redirect_uri: ` ${redirectUri}` },
      { redirect_uri: `${redirectUri}\n` },
      { client_id: loopback.id, redirect_uri: 'http://127.0.0.2:5000/cb' },
      { client_id: loopback.id, redirect_uri: 'http://127.0.0.1:5000/cb2' },
      { client_id: loopback.id, redirect_uri: 'http://127.0.0.1:5000@evil.example/cb' },
      { client_id: loopback.id, redirect_uri: 'http://127.0.0.1.evil.example/cb' },
      { client_id: loopback.id, redirect_uri: 'https://127.0.0.1:5000/cb' },
    ]
    for (const more of bad) {
      const page = await scene.browser.get(scene.url(more))
      expect([page.status, page.location], JSON.stringify(more)).toEqual([400, undefined])
    }
    const repeated = `${scene.url()}&redirect_uri=${encodeURIComponent('https://evil.example')}`
    expect((await scene.browser.get(repeated)).location).toBeUndefined()
    const anyPort = scene.url({ client_id: loopback.id, redirect_uri: 'http://127.0.0.1:53682/cb' })
    expect((await scene.finish(await scene.browser.get(anyPort))).location).toMatch(
      /^http:\/\/127\.0\.0\.1:53682\/cb\?code=/,
    )
    const own = scene.url({ client_id: loopback.id, redirect_uri: 'com.example.app:/cb' })
    expect((await scene.finish(await scene.browser.get(own))).location).toMatch(/^com\.example\.app:\/cb\?code=/)
  })

  it.each([
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ code_challenge: undefined }, 'invalid_request'],
    [{ code_challenge: 'short' }, 'invalid_request'],
    [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ scope: 'openid nonsense' }, 'invalid_scope'],
    [{ scope: 'a"b' }, 'invalid_scope'],
    [{ resource: 'https://unknown.example' }, 'invalid_target'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ prompt: 'sometimes' }, 'invalid_request'],
    [{ max_age: '-1' }, 'invalid_request'],
    [{ nonce: 'n'.repeat(1025) }, 'invalid_request'],
    [{ request: 'eyJ' }, 'request_not_supported'],
    [{ request_uri: 'https://a.example/r' }, 'request_uri_not_supported'],
    [{ nonce: 'a\u0007b' }, 'invalid_request'],
  ])('RFC 6749 §4.1.2.1: %j is %s, told to the app with iss and state', async (more, error) => {
    const scene = await start()
    const answer = answerOf(await scene.browser.get(scene.url(more)))
    expect(answer).toMatchObject({ error, state: 'a state, ünïcode & all', iss: scene.server.issuer })
    expect(answer.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  })

  it('a client that isn’t registered for the grant or a scope is told so', async () => {
    const scene = await start({ scopes: ['orders:read'] })
    expect(answerOf(await scene.browser.get(scene.url({ scope: 'orders:write' })))).toMatchObject({
      error: 'invalid_scope',
    })
    const other = await addClient(scene.server, { grants: ['refresh_token'] })
    expect(answerOf(await scene.browser.get(scene.url({ client_id: other.id })))).toMatchObject({
      error: 'unauthorized_client',
    })
    const twice = `${scene.url()}&nonce=n-2`
    expect(answerOf(await scene.browser.get(twice))).toMatchObject({ error: 'invalid_request' })
  })

  describe('POST /token with grant_type=authorization_code', () => {
    const getCode = async (scene: Scene, more: Record<string, string> = {}) =>
      answerOf(await scene.finish(await scene.browser.get(scene.url(more)))).code ?? ''

    it('RFC 7636 §4.6, RFC 6749 §5.2: whatever doesn’t fit is invalid_grant, and leaves the code to its owner', async () => {
      const scene = await start()
      const other = await addClient(scene.server)
      const code = await getCode(scene)
      const wrong: Record<string, string>[] = [
        { code_verifier: randomBytes(32).toString('base64url') },
        { code_verifier: 'short' },
        { code_verifier: `${verifier}ä` },
        { client_id: other.id },
        { redirect_uri: 'https://app.example.com/callback' },
        { code: 'x' },
        { code: randomBytes(32).toString('base64url') },
      ]
      for (const more of wrong) {
        const { status, body } = await scene.exchange(code, more)
        expect([JSON.stringify(more), status, body.error]).toEqual([JSON.stringify(more), 400, 'invalid_grant'])
      }
      expect((await scene.exchange(code, { code_verifier: '' })).body.error).toBe('invalid_request')
      expect((await scene.exchange(code, { resource: 'https://other.example' })).body.error).toBe('invalid_target')
      expect((await scene.exchange(code, { redirect_uri: redirectUri })).status).toBe(200)
    })

    it('RFC 8707 §2, RFC 3986 §6.2.3: a resource as a parser of URLs writes it means the API; its tokens carry the audience as it is registered', async () => {
      const scene = await start()
      const resource = new URL(audience.toUpperCase()).href
      expect(resource).not.toBe(audience)
      const scope = 'orders:read offline_access'
      const { body } = await scene.exchange(await getCode(scene, { resource, scope }), { resource })
      expect(decodeJwt(body.access_token ?? '').aud).toBe(audience)
      const { refresh_token: refreshToken = '' } = body
      const refreshed = await scene.exchange('', { grant_type: 'refresh_token', refresh_token: refreshToken, resource })
      expect(decodeJwt(refreshed.body.access_token ?? '').aud).toBe(audience)
    })

    it('RFC 6749 §4.1.2: a code that is used twice is refused, and ends the session of the first use, everywhere', async () => {
      const scene = await start()
      const code = await getCode(scene)
      const { body } = await scene.exchange(code)
      expect((await scene.exchange(code)).body.error).toBe('invalid_grant')
      const form = { grant_type: 'refresh_token', client_id: scene.clientId, refresh_token: body.refresh_token ?? '' }
      const refreshed = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
      expect(refreshed.status).toBe(400)
      expect(await acts(scene)).toEqual(expect.arrayContaining(['authorization_code.reused', 'session.ended']))
      expect(await (await fetch(`${scene.server.issuer}/revocation-feed/log?after=0`)).text()).toContain('"k":"s"')
    })

    it('20 parallel uses of one code give exactly one success', async () => {
      const scene = await start()
      const code = await getCode(scene)
      const answers = await Promise.all(Array.from({ length: 20 }, () => scene.exchange(code)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(new Set(answers.map(({ body }) => body.error))).toEqual(new Set([undefined, 'invalid_grant']))
    })

    it('RFC 6749 §4.1.2: a code lives for a minute, and not longer than the sign-in and the account it came from', async () => {
      const scene = await start()
      const code = await getCode(scene)
      scene.server.clock.set(scene.server.clock.now() + 60_000)
      expect((await scene.exchange(code)).body.error).toBe('invalid_grant')
      const next = await getCode(scene)
      await scene.browser.post('/logout', {})
      expect((await scene.exchange(next)).body.error).toBe('invalid_grant')
      const last = await getCode(scene)
      const { database } = scene.server.running.installation
      await database.write((tx) => disableAccount(tx, scene.accountId, 'cli'))
      expect((await scene.exchange(last)).body.error).toBe('invalid_grant')
    })

    it('OpenID Connect Core §11: without offline_access the app’s session ends when the person signs out', async () => {
      const scene = await start()
      const refresh = async (token = '') => {
        const form = { grant_type: 'refresh_token', client_id: scene.clientId, refresh_token: token }
        return (await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })).status
      }
      const bound = (await scene.exchange(await getCode(scene))).body.refresh_token
      const offline = (await scene.exchange(await getCode(scene, { scope: 'openid offline_access orders:read' }))).body
        .refresh_token
      await scene.browser.post('/logout', {})
      expect([await refresh(bound), await refresh(offline)]).toEqual([400, 200])
    })
  })

  it('OpenID Connect Core §5.3.1: userinfo by GET, POST header and POST body: the claims of the scopes, and the sub of the ID token', async () => {
    const scene = await start()
    const url = scene.url({ scope: 'openid profile', resource: undefined })
    const { code = '' } = answerOf(await scene.finish(await scene.browser.get(url)))
    const { body } = await scene.exchange(code)
    expect(decodeJwt(body.access_token ?? '').aud).toBe(scene.server.issuer)
    const endpoint = `${scene.server.issuer}/userinfo`
    const authorization = `Bearer ${body.access_token}`
    const requests: RequestInit[] = [
      { headers: { authorization } },
      { method: 'POST', headers: { authorization } },
      { method: 'POST', body: new URLSearchParams({ access_token: body.access_token ?? '' }) },
    ]
    for (const request of requests) {
      const answer = await fetch(endpoint, request)
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
      expect(await answer.json()).toEqual({
        sub: decodeJwt(body.id_token ?? '').sub,
        preferred_username: 'ada',
        name: 'ada',
      })
    }
    const none = await fetch(endpoint)
    expect(none.status).toBe(401)
    expect(none.headers.get('www-authenticate')).toMatch(/^Bearer realm="ostiary", DPoP algs=/)
    expect((await fetch(`${endpoint}?access_token=${body.access_token}`)).status).toBe(401)
    const both = { method: 'POST', headers: { authorization }, body: new URLSearchParams({ access_token: 'x' }) }
    expect((await fetch(endpoint, both)).status).toBe(400)
    const bad = await fetch(endpoint, { headers: { authorization: 'Bearer x.y.z' } })
    expect(bad.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/)
    const { code: plain = '' } = answerOf(
      await scene.finish(await scene.browser.get(scene.url({ scope: 'orders:read' }))),
    )
    const without = { authorization: `Bearer ${(await scene.exchange(plain)).body.access_token}` }
    expect((await fetch(endpoint, { headers: without })).status).toBe(403)
    await scene.browser.post('/account/sessions', { end: 'all' })
    expect((await fetch(endpoint, { headers: { authorization } })).status).toBe(401)
  })

  it('RFC 6749 §4.4: client credentials give a token whose subject is the client, for what it is registered for', async () => {
    const scene = await start()
    const described = { redirectUris: [], grants: ['client_credentials'], scopes: ['orders:read'] }
    const { id, secret } = await addClient(scene.server, described, 'confidential')
    const ask = async (more: Record<string, string>, password = secret) => {
      const authorization = `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`
      const body = new URLSearchParams({ grant_type: 'client_credentials', ...more })
      const response = await fetch(`${scene.server.issuer}/token`, { method: 'POST', headers: { authorization }, body })
      return { status: response.status, body: (await response.json()) as Record<string, string> }
    }
    const { status, body } = await ask({ resource: audience })
    expect([status, body.scope]).toEqual([200, 'orders:read'])
    expect(decodeJwt(body.access_token ?? '')).toMatchObject({ sub: id, client_id: id, aud: audience })
    expect(body).not.toHaveProperty('refresh_token')
    expect((await ask({ scope: 'orders:write' })).body.error).toBe('invalid_scope')
    const unknown = await ask({ resource: 'https://unknown.example' })
    expect([unknown.body.error, unknown.body.error_description]).toEqual([
      'invalid_target',
      expect.stringContaining(audience),
    ])
    expect((await ask({}, 'wrong')).status).toBe(401)
    const form = { grant_type: 'client_credentials', client_id: scene.clientId }
    const asPublic = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
    expect(((await asPublic.json()) as { error: string }).error).toBe('unauthorized_client')
  })

  it('Fetch Standard §3.3: pages of any origin may ask metadata, token and userinfo, and never authorize', async () => {
    const { server } = await start()
    const headers = {
      origin: 'https://spa.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'mcp-protocol-version, authorization',
    }
    for (const path of [
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/token',
      '/userinfo',
    ]) {
      const answer = await fetch(`${server.issuer}${path}`, { method: 'OPTIONS', headers })
      expect([path, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([path, 204, '*'])
      expect(answer.headers.get('access-control-allow-headers')).toContain('MCP-Protocol-Version')
    }
    // Where it counts: with the answer itself, and not with that to a preflight.
    const refused = await fetch(`${server.issuer}/userinfo`, { headers: { authorization: 'Bearer x.y.z' } })
    expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
    const authorize = await fetch(`${server.issuer}/authorize`, { method: 'OPTIONS', headers })
    expect([authorize.status, authorize.headers.get('access-control-allow-origin')]).toEqual([405, null])
  })
})
