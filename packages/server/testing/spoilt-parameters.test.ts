import { afterAll, beforeAll, expect, it } from 'vitest'
import { AuthorizationScene, addClient, person } from './authorization-scene.ts'
import { forEachDatabase } from './database.ts'
import { expectSoundRefusals, type SpoiltEndpoint } from './spoilt-parameters.ts'
import { Visitor } from './visitor.ts'

/** RFC 6749 §5.2, RFC 8707 §2. */
const tokenErrors = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
]

/** RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2. */
const authorizationErrors = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'invalid_target',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
]

/** RFC 6750 §3.1. */
const bearerErrors = ['invalid_request', 'invalid_token', 'insufficient_scope']

const goodbye = 'https://app.example.com/goodbye'

forEachDatabase('parameters that are spoilt', ({ createUrl }) => {
  let scene: AuthorizationScene
  let confidential: { id: string; secret: string }
  let tokens: Readonly<Record<string, string>>

  beforeAll(async () => {
    const described = { postLogoutRedirectUris: [goodbye] }
    scene = await AuthorizationScene.start(
      { databaseUrl: await createUrl(), config: { signUp: 'open', emailLogin: true } },
      described,
    )
    confidential = await addClient(scene.server, {
      type: 'confidential',
      redirectUris: [scene.redirectUri],
      scopes: ['orders:read', 'introspect:https://api.example.com'],
    })
    const url = scene.url({ scope: 'openid profile', resource: undefined })
    tokens = (await scene.exchange((await scene.authorize(url)).code ?? '')).body as Record<string, string>
  })
  afterAll(() => scene?.server.stop())

  function endpoint(
    path: string,
    method: 'GET' | 'POST',
    parameters: Readonly<Record<string, string>>,
    errors: readonly string[],
  ): SpoiltEndpoint {
    const { issuer } = scene.server
    const own = ['/login', '/authorize/resume', '/end-session'].map((page) => `${issuer}${page}`)
    const addresses = [...own, scene.redirectUri, goodbye]
    return { url: `${issuer}${path}`, method, parameters, errors: new Set(errors), addresses }
  }

  const authorizationParameters = () => ({
    ...scene.parameters(),
    ...{
      response_mode: 'query',
      prompt: 'login',
      max_age: '60',
      display: 'page',
      ui_locales: 'de',
      claims_locales: 'de',
    },
    ...{ acr_values: 'aal1', login_hint: 'ada', id_token_hint: tokens.id_token ?? '', claims: '{}', audience: '' },
  })

  it.each(['GET', 'POST'] as const)('RFC 6749 §3.1, §4.1.2.1: %s /authorize', async (method) => {
    await expectSoundRefusals(endpoint('/authorize', method, authorizationParameters(), authorizationErrors))
    const refused = { ...scene.parameters(), request: 'eyJ', registration: '{}', request_uri: 'https://a.example/r' }
    await expectSoundRefusals(endpoint('/authorize', method, refused, authorizationErrors))
  })

  it('RFC 9126 §4: GET /authorize with what was pushed', async () => {
    const parameters = Object.fromEntries(new URL(await scene.pushedUrl(), scene.server.issuer).searchParams)
    await expectSoundRefusals(endpoint('/authorize', 'GET', parameters, authorizationErrors))
  })

  it('RFC 9126 §2.3: POST /par', async () => {
    const { id, secret } = confidential
    const parameters = {
      ...authorizationParameters(),
      client_id: id,
      client_secret: secret,
      scope: 'openid orders:read',
    }
    await expectSoundRefusals(endpoint('/par', 'POST', parameters, [...authorizationErrors, 'invalid_client']))
  })

  it('RFC 6749 §5.2: POST /token', async () => {
    const { id, secret } = confidential
    const client = { client_id: id, client_secret: secret, resource: 'https://api.example.com', scope: 'orders:read' }
    const code = { grant_type: 'authorization_code', code: 'x'.repeat(43), code_verifier: 'v'.repeat(43) }
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }
    for (const grant of [{ ...code, redirect_uri: scene.redirectUri }, refresh, { grant_type: 'client_credentials' }]) {
      await expectSoundRefusals(endpoint('/token', 'POST', { ...client, ...grant }, tokenErrors))
    }
  })

  it('RFC 7662 §2.3: POST /introspect', async () => {
    const { id, secret } = confidential
    const token = { token: tokens.access_token ?? '', token_type_hint: 'access_token' }
    const parameters = { client_id: id, client_secret: secret, ...token }
    await expectSoundRefusals(endpoint('/introspect', 'POST', parameters, tokenErrors))
  })

  it('RFC 7009 §2.2.1: POST /revoke', async () => {
    const { id, secret } = confidential
    const parameters = {
      client_id: id,
      client_secret: secret,
      token: 'x'.repeat(100),
      token_type_hint: 'refresh_token',
    }
    await expectSoundRefusals(endpoint('/revoke', 'POST', parameters, [...tokenErrors, 'unsupported_token_type']))
  })

  it.each(['GET', 'POST'] as const)('OpenID Connect RP-Initiated Logout §4: %s /end-session', async (method) => {
    const parameters = {
      client_id: scene.clientId,
      post_logout_redirect_uri: goodbye,
      id_token_hint: tokens.id_token ?? '',
      state: 'a state',
      ui_locales: 'de',
      logout_hint: 'ada',
    }
    await expectSoundRefusals(endpoint('/end-session', method, parameters, []))
    // Neither does it for somebody who is signed in.
    const browser = new Visitor(scene.server.issuer)
    await browser.submit(await browser.get('/login'), person)
    const evil = { ...parameters, post_logout_redirect_uri: 'https://evil.example/' }
    expect((await browser.get(`/end-session?${new URLSearchParams(evil)}`)).location).toBeUndefined()
  })

  it.each([
    ['/recover', { login: 'ada', return_to: '/account' }],
    ['/recover/code', { challenge: 'x'.repeat(22), code: 'BCDF-GHJK', return_to: '/account' }],
    ['/recover/password', { secret: `${'x'.repeat(22)}.${'y'.repeat(43)}`, password: 'nine amber lanterns' }],
    ['/sign-up', { email: 'new@example.com', return_to: '/account' }],
    [
      '/sign-up/account',
      { secret: `${'x'.repeat(22)}.${'y'.repeat(43)}`, username: 'new', password: 'nine amber lanterns' },
    ],
    ['/login/email', { login: 'ada', return_to: '/account' }],
    ['/login/email/confirm', { secret: `${'x'.repeat(22)}.${'y'.repeat(43)}` }],
    ['/account/email', { secret: `${'x'.repeat(22)}.${'y'.repeat(43)}` }],
  ])('RFC 9457, and pages: POST %s', async (path, parameters: Readonly<Record<string, string>>) => {
    const { issuer } = scene.server
    const codePages = ['/recover/code', '/sign-up/code', '/login/email/code'].map((page) => `${issuer}${page}`)
    const door = { ...endpoint(path, 'POST', parameters, []), addresses: codePages }
    await expectSoundRefusals(door)
    const headers = { accept: 'text/html', origin: issuer, 'sec-fetch-site': 'same-origin' }
    await expectSoundRefusals({ ...door, headers })
  })

  it('RFC 6750 §2.2, §3.1: POST /userinfo', async () => {
    const parameters = { access_token: tokens.access_token ?? '' }
    await expectSoundRefusals(endpoint('/userinfo', 'POST', parameters, bearerErrors))
  })

  it.each([
    ['nothing behind the scheme', 'Bearer'],
    ['only blanks behind it', 'Bearer   '],
    ['another scheme', 'Basic YTpi'],
    ['no scheme', 'x.y.z'],
    ['two tokens', 'Bearer a.b.c d.e.f'],
    ['a list', 'Bearer a.b.c, Bearer d.e.f'],
    ['a quoted token', 'Bearer "a.b.c"'],
    ['letters that no token has', 'Bearer a.b.ç'],
    ['8 kB', `Bearer ${'x'.repeat(8000)}`],
  ])('RFC 6750 §3, §3.1: GET /userinfo with %s is a challenge', async (_, authorization) => {
    const answer = await fetch(`${scene.server.issuer}/userinfo`, { headers: { authorization } })
    expect([400, 401]).toContain(answer.status)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_(request|token)"/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })
})
