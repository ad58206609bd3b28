import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildAuthorizationUrlWithPAR,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  clientCredentialsGrant,
  discovery,
  dynamicClientRegistration,
  enableNonRepudiationChecks,
  fetchUserInfo,
  genericGrantRequest,
  None,
  PrivateKeyJwt,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
  tokenIntrospection,
  tokenRevocation,
} from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goodClaims, makeSigner } from '../packages/server/testing/signer.ts'
import type { Visit, Visitor } from '../packages/server/testing/visitor.ts'
import {
  addClient,
  audience,
  authorize,
  authorizeByRedirect,
  newVisitor,
  platform,
  type RegisteredClient,
  redirectUri,
  type Scene,
  startScene,
  trust,
} from './scene.ts'

const minute = 60_000

interface Checks {
  readonly pkceCodeVerifier: string
  readonly expectedState: string
  readonly expectedNonce: string
  readonly maxAge?: number
}

function newChecks(): Checks {
  return { pkceCodeVerifier: randomPKCECodeVerifier(), expectedState: randomState(), expectedNonce: randomNonce() }
}

async function authorizationUrl(
  configuration: Configuration,
  checks: Checks,
  more: Record<string, string> = {},
): Promise<URL> {
  return buildAuthorizationUrl(configuration, await authorizationParameters(checks, more))
}

async function authorizationParameters(
  { pkceCodeVerifier, expectedState, expectedNonce }: Checks,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  return {
    redirect_uri: redirectUri,
    scope: 'openid profile offline_access orders:read',
    resource: audience,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  }
}

/** The request with which a form_post page answers the client, as its callback receives it. */
function formPost(page: Visit): Request {
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const fields = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
  return new Request(action, {
    method: 'POST',
    body: new URLSearchParams(fields.map(([, name = '', value = '']) => [name, value])),
  })
}

describe('openid-client', () => {
  let scene: Scene

  beforeAll(async () => {
    scene = await startScene('', { registration: 'open' })
  })
  afterAll(() => scene?.[Symbol.asyncDispose]())

  async function configure(
    { clientId }: RegisteredClient,
    authentication: ClientAuth = None(),
    algorithm: 'oidc' | 'oauth2' = 'oidc',
    { server }: Scene = scene,
  ): Promise<Configuration> {
    const execute = [allowInsecureRequests, enableNonRepudiationChecks]
    return discovery(new URL(server.issuer), clientId, undefined, authentication, { algorithm, execute })
  }

  async function signIn(configuration: Configuration, visitor: Visitor, more: Record<string, string> = {}) {
    const checks = newChecks()
    const callback = await authorizeByRedirect(visitor, await authorizationUrl(configuration, checks, more))
    return authorizationCodeGrant(configuration, callback, { ...checks, idTokenExpected: true })
  }

  it.each([
    ['client_secret_basic', 'ES256'],
    ['client_secret_post', 'RS256'],
    ['none', 'ES256'],
  ])(
    'RFC 7591 §3.2.1: openid-client registers itself (%s, %s), signs in and refreshes as what it was registered as',
    async (method, algorithm) => {
      const metadata = {
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: method,
        id_token_signed_response_alg: algorithm,
      }
      const execute = [allowInsecureRequests, enableNonRepudiationChecks]
      const issuer = new URL(scene.server.issuer)
      const configuration = await dynamicClientRegistration(issuer, metadata, undefined, { execute })
      expect(configuration.clientMetadata()).toMatchObject(metadata)
      const tokens = await signIn(configuration, newVisitor(scene))
      expect(tokens.claims()).toMatchObject({ sub: scene.accountId })
      expect(await refreshTokenGrant(configuration, tokens.refresh_token ?? '')).toHaveProperty('access_token')
    },
  )

  it.each(['ES256', 'RS256'])(
    'OpenID Connect Core 1.0 §3.1.3.7: openid-client accepts the ID token and its signature (%s)',
    async (idTokenAlgorithm) => {
      const configuration = await configure(await addClient(scene, { idTokenAlgorithm }))
      const tokens = await signIn(configuration, newVisitor(scene))
      expect(tokens.claims()).toMatchObject({ iss: scene.server.issuer, sub: scene.accountId })
      const [header = ''] = tokens.id_token?.split('.') ?? []
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: idTokenAlgorithm })
    },
  )

  it.each(['oidc', 'oauth2'] as const)(
    'OpenID Connect Discovery 1.0 §4.3, RFC 8414 §3.3: openid-client accepts the metadata (%s)',
    async (algorithm) => {
      const configuration = await configure(await addClient(scene), None(), algorithm)
      const metadata = configuration.serverMetadata()
      expect(metadata.issuer).toBe(scene.server.issuer)
      expect(metadata.supportsPKCE()).toBe(true)
    },
  )

  it.each(['oidc', 'oauth2'] as const)(
    'RFC 8414 §3.1, §5: openid-client finds the metadata of an issuer with a path, and signs in there (%s)',
    async (algorithm) => {
      await using tenant = await startScene('/tenant')
      const configuration = await configure(await addClient(tenant), None(), algorithm, tenant)
      expect((await signIn(configuration, newVisitor(tenant))).claims()?.iss).toBe(tenant.server.issuer)
    },
  )

  it('OpenID Connect Core 1.0 §3.1.2.7, §3.1.3.7: openid-client refuses an answer with another state, and a token with another nonce', async () => {
    const configuration = await configure(await addClient(scene))
    const visitor = newVisitor(scene)
    for (const [wrong, message] of [
      [{ expectedState: randomState() }, /state/],
      [{ expectedNonce: randomNonce() }, /nonce/],
    ] as const) {
      const checks = newChecks()
      const callback = await authorizeByRedirect(visitor, await authorizationUrl(configuration, checks))
      const granted = authorizationCodeGrant(configuration, callback, { ...checks, ...wrong })
      await expect(granted).rejects.toMatchObject({ cause: { message: expect.stringMatching(message) } })
    }
  })

  it.each([
    ['none', 'public', () => None()],
    ['client_secret_basic', 'confidential', ClientSecretBasic],
    ['client_secret_post', 'confidential', ClientSecretPost],
  ] as const)(
    'RFC 9126 §2, §4: openid-client pushes its request and signs in, also where a client must push (%s)',
    async (_, type, authenticate) => {
      const client = await addClient(scene, { type, isPushRequired: true })
      const configuration = await configure(client, authenticate(client.secret))
      const visitor = newVisitor(scene)
      const checks = newChecks()
      const url = await buildAuthorizationUrlWithPAR(configuration, await authorizationParameters(checks))
      expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
      const callback = await authorizeByRedirect(visitor, url)
      const tokens = await authorizationCodeGrant(configuration, callback, { ...checks, idTokenExpected: true })
      expect(tokens.claims()?.sub).toBe(scene.accountId)
      const direct = await authorizeByRedirect(visitor, await authorizationUrl(configuration, checks))
      await expect(authorizationCodeGrant(configuration, direct, checks)).rejects.toMatchObject({
        error: 'invalid_request',
      })
    },
  )

  it('RFC 9126 §2.3: openid-client reads why a pushed request is refused', async () => {
    const configuration = await configure(await addClient(scene))
    const parameters = await authorizationParameters(newChecks(), { redirect_uri: 'https://evil.example/' })
    await expect(buildAuthorizationUrlWithPAR(configuration, parameters)).rejects.toMatchObject({
      name: 'ResponseBodyError',
      status: 400,
      error: 'invalid_request',
    })
  })

  it('RFC 9207 §2.4: openid-client wants our iss in every answer, and refuses one without it or with another', async () => {
    const configuration = await configure(await addClient(scene))
    const checks = newChecks()
    const callback = await authorizeByRedirect(newVisitor(scene), await authorizationUrl(configuration, checks))
    const [missing, foreign] = [new URL(callback), new URL(callback)]
    missing.searchParams.delete('iss')
    foreign.searchParams.set('iss', 'https://attacker.example')
    for (const changed of [missing, foreign]) {
      await expect(authorizationCodeGrant(configuration, changed, checks)).rejects.toThrow(/invalid response/)
    }
    expect((await authorizationCodeGrant(configuration, callback, checks)).token_type).toBe('bearer')
  })

  it('RFC 7636 §4.6: openid-client reads invalid_grant for another code_verifier', async () => {
    const configuration = await configure(await addClient(scene))
    const checks = newChecks()
    const callback = await authorizeByRedirect(newVisitor(scene), await authorizationUrl(configuration, checks))
    const wrong = { ...checks, pkceCodeVerifier: randomPKCECodeVerifier() }
    await expect(authorizationCodeGrant(configuration, callback, wrong)).rejects.toMatchObject({
      name: 'ResponseBodyError',
      status: 400,
      error: 'invalid_grant',
    })
  })

  it('OpenID Connect Core 1.0 §5.3.2: openid-client reads userinfo of the subject of the ID token', async () => {
    const configuration = await configure(await addClient(scene))
    const tokens = await signIn(configuration, newVisitor(scene))
    const subject = tokens.claims()?.sub ?? ''
    expect(await fetchUserInfo(configuration, tokens.access_token, subject)).toEqual({
      sub: scene.accountId,
      preferred_username: 'ada',
      name: 'ada',
    })
    await expect(fetchUserInfo(configuration, tokens.access_token, 'acc_other')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('"sub"') },
    })
  })

  it('RFC 6750 §3: openid-client reads the challenge for a token that is none', async () => {
    const configuration = await configure(await addClient(scene))
    await expect(fetchUserInfo(configuration, 'not.a.token', scene.accountId)).rejects.toMatchObject({
      name: 'WWWAuthenticateChallengeError',
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }, { scheme: 'dpop' }],
    })
  })

  it('RFC 9700 §4.14.2: openid-client refreshes with rotation, and a stolen old token ends the session', async () => {
    const configuration = await configure(await addClient(scene))
    const first = await signIn(configuration, newVisitor(scene))
    const second = await refreshTokenGrant(configuration, first.refresh_token ?? '')
    const third = await refreshTokenGrant(configuration, second.refresh_token ?? '')
    expect(new Set([first, second, third].map(({ refresh_token }) => refresh_token)).size).toBe(3)
    expect(third.claims()).toMatchObject({ sub: scene.accountId, auth_time: first.claims()?.auth_time })
    const refused = { status: 400, error: 'invalid_grant' }
    await expect(refreshTokenGrant(configuration, first.refresh_token ?? '')).rejects.toMatchObject(refused)
    await expect(refreshTokenGrant(configuration, third.refresh_token ?? '')).rejects.toMatchObject(refused)
  })

  it.each([
    ['client_secret_basic', ClientSecretBasic],
    ['client_secret_post', ClientSecretPost],
  ])('RFC 7662 §2.2, RFC 7009 §2.1: openid-client introspects and revokes tokens (%s)', async (_, authenticate) => {
    const client = await addClient(scene, {
      type: 'confidential',
      scopes: ['orders:read', `introspect:${audience}`],
    })
    const configuration = await configure(client, authenticate(client.secret))
    const tokens = await signIn(configuration, newVisitor(scene))
    expect(await tokenIntrospection(configuration, tokens.access_token)).toMatchObject({
      active: true,
      iss: scene.server.issuer,
      sub: scene.accountId,
      client_id: client.clientId,
      aud: audience,
    })
    await tokenRevocation(configuration, tokens.access_token)
    expect(await tokenIntrospection(configuration, tokens.access_token)).toEqual({ active: false })
    await tokenRevocation(configuration, tokens.refresh_token ?? '', { token_type_hint: 'refresh_token' })
    await expect(refreshTokenGrant(configuration, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it.each([
    ['client_secret_basic', ClientSecretBasic, { cause: [{ scheme: 'basic' }] }],
    ['client_secret_post', ClientSecretPost, { error: 'invalid_client' }],
  ] as const)(
    'RFC 6749 §4.4, §5.2: openid-client gets a token for itself, and a refusal for a wrong secret (%s)',
    async (_, authenticate, refusal) => {
      const client = await addClient(scene, {
        type: 'confidential',
        redirectUris: [],
        grants: ['client_credentials'],
        scopes: ['orders:read'],
      })
      const configuration = await configure(client, authenticate(client.secret))
      const tokens = await clientCredentialsGrant(configuration, { resource: audience, scope: 'orders:read' })
      expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'orders:read', expires_in: 150 })
      const wrong = clientCredentialsGrant(await configure(client, authenticate('wrong')), { resource: audience })
      await expect(wrong).rejects.toMatchObject({ status: 401, ...refusal })
    },
  )

  it.each(['ES256', 'PS256', 'Ed25519'])(
    'RFC 7523 §2.2: openid-client proves who it is by private_key_jwt at every endpoint, with its own defaults (%s)',
    async (algorithm) => {
      const { publicJwk, privateKey } = await makeSigner(algorithm)
      const client = await addClient(scene, {
        type: 'confidential',
        scopes: ['orders:read', `introspect:${audience}`],
        grants: ['authorization_code', 'refresh_token', 'client_credentials'],
        jwks: { keys: [publicJwk] },
      })
      const configuration = await configure(client, PrivateKeyJwt({ key: privateKey, kid: 'first' }))
      const tokens = await signIn(configuration, newVisitor(scene))
      const next = await refreshTokenGrant(configuration, tokens.refresh_token ?? '')
      expect(await tokenIntrospection(configuration, next.access_token)).toMatchObject({ active: true })
      await tokenRevocation(configuration, next.access_token)
      expect(await tokenIntrospection(configuration, next.access_token)).toEqual({ active: false })
      const own = await clientCredentialsGrant(configuration, { resource: audience })
      expect(own).toMatchObject({ token_type: 'bearer', scope: 'orders:read' })
      const { privateKey: other } = await makeSigner(algorithm)
      const stranger = await configure(client, PrivateKeyJwt({ key: other, kid: 'first' }))
      const refused = { status: 401, error: 'invalid_client' }
      await expect(clientCredentialsGrant(stranger, { resource: audience })).rejects.toMatchObject(refused)
    },
  )

  it('RFC 7523 §2.1: openid-client gets a token for an assertion of a trusted issuer', async () => {
    const grants = ['urn:ietf:params:oauth:grant-type:jwt-bearer']
    const client = await addClient(scene, { type: 'confidential', redirectUris: [], grants, scopes: ['orders:read'] })
    const signer = await makeSigner('RS256')
    await trust(scene, { jwks: { keys: [signer.publicJwk] }, clientId: client.clientId })
    const claims = goodClaims(platform.issuer, scene.server.issuer, Date.now())
    const assertion = await signer.sign({ ...claims, sub: platform.subject }, { typ: 'JWT' })
    const configuration = await configure(client, ClientSecretBasic(client.secret))
    const parameters = { assertion, resource: audience }
    const tokens = await genericGrantRequest(configuration, grants[0] ?? '', parameters)
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'orders:read' })
    await expect(genericGrantRequest(configuration, grants[0] ?? '', parameters)).rejects.toMatchObject({
      status: 400,
      error: 'invalid_grant',
    })
  })

  it.each([{ max_age: '10' }, { prompt: 'login' }])(
    'OpenID Connect Core 1.0 §3.1.2.1: %j makes the person sign in again, and openid-client accepts auth_time',
    async (more) => {
      const configuration = await configure(await addClient(scene, { isFirstParty: true }))
      const visitor = newVisitor(scene)
      scene.server.clock.set(Date.now() - minute)
      await authorizeByRedirect(visitor, await authorizationUrl(configuration, newChecks()))
      scene.server.clock.set(Date.now())
      const checks = { ...newChecks(), maxAge: 10 }
      const stale = await authorizeByRedirect(visitor, await authorizationUrl(configuration, checks))
      await expect(authorizationCodeGrant(configuration, stale, checks)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('last End-User authentication') },
      })
      const url = await authorizationUrl(configuration, checks, more)
      expect((await visitor.get(url.href)).text).toContain('name="password"')
      const fresh = await authorizeByRedirect(visitor, url)
      const { auth_time: authTime } = (await authorizationCodeGrant(configuration, fresh, checks)).claims() ?? {}
      expect(authTime).toBeGreaterThan(Date.now() / 1000 - 10)
    },
  )

  it('OAuth 2.0 Form Post Response Mode §2: openid-client takes its answer from the form', async () => {
    const configuration = await configure(await addClient(scene))
    const checks = newChecks()
    const url = await authorizationUrl(configuration, checks, { response_mode: 'form_post' })
    const request = formPost(await authorize(newVisitor(scene), url))
    expect(request.url).toBe(redirectUri)
    const tokens = await authorizationCodeGrant(configuration, request, { ...checks, idTokenExpected: true })
    expect(tokens.claims()?.sub).toBe(scene.accountId)
  })

  it('OpenID Connect Core 1.0 §3.1.2.6: openid-client reads login_required for prompt=none', async () => {
    const configuration = await configure(await addClient(scene))
    const checks = newChecks()
    const url = await authorizationUrl(configuration, checks, { prompt: 'none' })
    const callback = await authorizeByRedirect(newVisitor(scene), url)
    await expect(authorizationCodeGrant(configuration, callback, checks)).rejects.toMatchObject({
      name: 'AuthorizationResponseError',
      error: 'login_required',
    })
  })
})
