import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  ClientSecretBasic,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  clientCredentialsGrantRequest,
  discoveryRequest,
  dynamicClientRegistrationRequest,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  getValidatedIdTokenClaims,
  None,
  PrivateKeyJwt,
  processAuthorizationCodeResponse,
  processClientCredentialsResponse,
  processDiscoveryResponse,
  processDynamicClientRegistrationResponse,
  processPushedAuthorizationResponse,
  processRefreshTokenResponse,
  processUserInfoResponse,
  pushedAuthorizationRequest,
  refreshTokenGrantRequest,
  userInfoRequest,
  validateApplicationLevelSignature,
  validateAuthResponse,
  validateJwtAccessToken,
} from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeSigner } from '../packages/server/testing/signer.ts'
import { addClient, audience, authorizeByRedirect, newVisitor, redirectUri, type Scene, startScene } from './scene.ts'

const overLoopback = { [allowInsecureRequests]: true } as const

describe('oauth4webapi', () => {
  let scene: Scene

  beforeAll(async () => {
    scene = await startScene('', { registration: 'open' })
  })
  afterAll(() => scene?.[Symbol.asyncDispose]())

  async function discover(algorithm: 'oidc' | 'oauth2' = 'oauth2'): Promise<AuthorizationServer> {
    const issuer = new URL(scene.server.issuer)
    return processDiscoveryResponse(issuer, await discoveryRequest(issuer, { algorithm, ...overLoopback }))
  }

  /** What is left for the browser to carry when the request has been pushed. */
  async function push(as: AuthorizationServer, clientId: string, parameters: URLSearchParams) {
    const client = { client_id: clientId }
    const response = await pushedAuthorizationRequest(as, client, None(), parameters, overLoopback)
    const { request_uri } = await processPushedAuthorizationResponse(as, client, response)
    return new URLSearchParams({ client_id: clientId, request_uri })
  }

  /** The authorization code flow, each step as the library checks it. Also returns the answer of the token endpoint as it came. */
  async function signIn(as: AuthorizationServer, clientId: string, isPushed = false) {
    const client = { client_id: clientId }
    const [verifier, state, nonce] = [generateRandomCodeVerifier(), generateRandomState(), generateRandomNonce()]
    const url = new URL(as.authorization_endpoint ?? '')
    const parameters = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'openid profile offline_access orders:read',
      resource: audience,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    })
    url.search = (isPushed ? await push(as, clientId, parameters) : parameters).toString()
    const callback = validateAuthResponse(as, client, await authorizeByRedirect(newVisitor(scene), url), state)
    const response = await authorizationCodeGrantRequest(
      as,
      client,
      None(),
      callback,
      redirectUri,
      verifier,
      overLoopback,
    )
    const required = { expectedNonce: nonce, requireIdToken: true }
    const tokens = await processAuthorizationCodeResponse(as, client, response, required)
    return { client, response, tokens }
  }

  it('RFC 7591 §3.2.1: oauth4webapi registers itself, and signs in as what it was registered as', async () => {
    const as = await discover()
    const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', client_name: 'Shop' }
    const response = await dynamicClientRegistrationRequest(as, metadata, overLoopback)
    const registered = await processDynamicClientRegistrationResponse(response)
    expect(registered).toMatchObject({ ...metadata, application_type: 'web' })
    const { tokens } = await signIn(as, registered.client_id)
    expect(getValidatedIdTokenClaims(tokens)).toMatchObject({ sub: scene.accountId, aud: registered.client_id })
  })

  it('RFC 7591 §3.1, §3.2.2: oauth4webapi reads what is wrong with its metadata, and with its initial access token', async () => {
    const as = await discover()
    const register = async (redirect_uris: string[], more = {}) =>
      processDynamicClientRegistrationResponse(
        await dynamicClientRegistrationRequest(as, { redirect_uris }, { ...overLoopback, ...more }),
      )
    await expect(register(['http://app.example/'])).rejects.toMatchObject({
      status: 400,
      error: 'invalid_redirect_uri',
    })
    await expect(register([redirectUri], { initialAccessToken: 'oi_wrong' })).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    })
  })

  it.each(['oidc', 'oauth2'] as const)(
    'OpenID Connect Core 1.0 §3.1.3.7: oauth4webapi accepts the ID token after discovery by %s',
    async (algorithm) => {
      const as = await discover(algorithm)
      const { tokens } = await signIn(as, (await addClient(scene)).clientId)
      expect(getValidatedIdTokenClaims(tokens)?.sub).toBe(scene.accountId)
      expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'openid profile offline_access orders:read' })
    },
  )

  it('RFC 9126 §2.2: oauth4webapi accepts the answer to a pushed request, and the tokens that come of it', async () => {
    const as = await discover()
    const { clientId } = await addClient(scene, { isPushRequired: true })
    const { tokens } = await signIn(as, clientId, true)
    expect(getValidatedIdTokenClaims(tokens)?.sub).toBe(scene.accountId)
    await expect(signIn(as, clientId)).rejects.toMatchObject({ error: 'invalid_request' })
  })

  it.each(['ES256', 'RS256'])(
    'RFC 7515 §5.2: oauth4webapi verifies the signature of the ID token (%s)',
    async (alg) => {
      const as = await discover()
      const { response } = await signIn(as, (await addClient(scene, { idTokenAlgorithm: alg })).clientId)
      await validateApplicationLevelSignature(as, response, overLoopback)
      // Keys of another server under the same names: the check above would have noticed.
      await using other = await startScene()
      const foreign = { ...as, jwks_uri: `${other.server.issuer}/.well-known/jwks.json` }
      await expect(validateApplicationLevelSignature(foreign, response, overLoopback)).rejects.toThrow(
        /no applicable keys/,
      )
    },
  )

  it('OpenID Connect Core 1.0 §5.3.4: oauth4webapi accepts userinfo of the subject of the ID token only', async () => {
    const as = await discover()
    const { client, tokens } = await signIn(as, (await addClient(scene)).clientId)
    const ask = () => userInfoRequest(as, client, tokens.access_token, overLoopback)
    const subject = getValidatedIdTokenClaims(tokens)?.sub ?? ''
    expect(await processUserInfoResponse(as, client, subject, await ask())).toMatchObject({ name: 'ada' })
    await expect(processUserInfoResponse(as, client, 'acc_other', await ask())).rejects.toThrow(/"sub"/)
  })

  it.each(['ES256', 'RS256'] as const)(
    'OpenID Connect Core 1.0 §5.3.2: oauth4webapi accepts userinfo that is signed with %s',
    async (algorithm) => {
      const as = await discover()
      const { clientId } = await addClient(scene, { userinfoAlgorithm: algorithm })
      const { client, tokens } = await signIn(as, clientId)
      const signed = { ...client, userinfo_signed_response_alg: algorithm }
      const response = await userInfoRequest(as, signed, tokens.access_token, overLoopback)
      expect(response.headers.get('content-type')).toBe('application/jwt')
      const userinfo = await processUserInfoResponse(as, signed, scene.accountId, response)
      expect(userinfo).toMatchObject({ sub: scene.accountId, aud: clientId, iss: as.issuer, name: 'ada' })
      await validateApplicationLevelSignature(as, response, overLoopback)
    },
  )

  it('OpenID Connect Core 1.0 §12.2: oauth4webapi accepts the tokens of a refresh', async () => {
    const as = await discover()
    const { client, tokens } = await signIn(as, (await addClient(scene)).clientId)
    const response = await refreshTokenGrantRequest(as, client, None(), tokens.refresh_token ?? '', overLoopback)
    const next = await processRefreshTokenResponse(as, client, response)
    expect(next.refresh_token).not.toBe(tokens.refresh_token)
    expect(getValidatedIdTokenClaims(next)).toMatchObject({ sub: scene.accountId })
  })

  it('RFC 9068 §4: oauth4webapi as a resource server accepts an access token for its audience only', async () => {
    const as = await discover()
    const { client, tokens } = await signIn(as, (await addClient(scene)).clientId)
    const request = new Request('https://orders.example/orders', {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    expect(await validateJwtAccessToken(as, request, audience, overLoopback)).toMatchObject({
      sub: scene.accountId,
      client_id: client.client_id,
      aud: audience,
      scope: 'openid profile offline_access orders:read',
    })
    await expect(validateJwtAccessToken(as, request, 'https://other.example', overLoopback)).rejects.toThrow(/"aud"/)
    const asIdToken = new Request(request, { headers: { authorization: `Bearer ${tokens.id_token}` } })
    await expect(validateJwtAccessToken(as, asIdToken, audience, overLoopback)).rejects.toThrow(/typ/)
  })

  it.each([
    ['client_secret_basic', ClientSecretBasic],
    ['client_secret_post', ClientSecretPost],
  ])('RFC 6749 §4.4: oauth4webapi gets a token for itself (%s)', async (_, authenticate) => {
    const as = await discover()
    const { clientId, secret } = await addClient(scene, {
      type: 'confidential',
      redirectUris: [],
      grants: ['client_credentials'],
      scopes: ['orders:write'],
    })
    const [client, parameters] = [{ client_id: clientId }, new URLSearchParams({ resource: audience })]
    const response = await clientCredentialsGrantRequest(as, client, authenticate(secret), parameters, overLoopback)
    const tokens = await processClientCredentialsResponse(as, client, response)
    const request = new Request(audience, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    const claims = await validateJwtAccessToken(as, request, audience, overLoopback)
    expect(claims).toMatchObject({ sub: clientId, client_id: clientId, scope: 'orders:write' })
  })

  it('RFC 7523 §2.2: oauth4webapi gets a token for itself by private_key_jwt, with the audience of its own choice', async () => {
    const as = await discover()
    expect(as).toMatchObject({
      token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt']),
      token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['ES256']),
    })
    const { publicJwk, privateKey } = await makeSigner()
    const { clientId } = await addClient(scene, {
      type: 'confidential',
      redirectUris: [],
      grants: ['client_credentials'],
      scopes: ['orders:write'],
      jwks: { keys: [publicJwk] },
    })
    const [client, parameters] = [{ client_id: clientId }, new URLSearchParams({ resource: audience })]
    const proof = PrivateKeyJwt({ key: privateKey, kid: 'first' })
    const response = await clientCredentialsGrantRequest(as, client, proof, parameters, overLoopback)
    expect(await processClientCredentialsResponse(as, client, response)).toMatchObject({ scope: 'orders:write' })
  })
})
