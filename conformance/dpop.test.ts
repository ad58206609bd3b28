import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GuardedApi, startGuardedApi } from './guarded-api.ts'
import { addClient, audience, authorizeByRedirect, newVisitor, redirectUri, type Scene, startScene } from './scene.ts'

function readClaims(token: string): { readonly sub: string; readonly cnf?: unknown } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

const scope = 'openid offline_access orders:read'

describe('DPoP', () => {
  let scene: Scene
  let api: GuardedApi

  beforeAll(async () => {
    scene = await startScene()
    api = await startGuardedApi(scene)
  })
  afterAll(async () => {
    await api?.[Symbol.asyncDispose]()
    await scene?.[Symbol.asyncDispose]()
  })

  it.each(['ES256', 'Ed25519', 'PS256', 'RS256'])(
    'RFC 9449 §5, §7, §8: openid-client gets bound tokens, calls userinfo and the API with them and refreshes, nonces included (%s)',
    async (alg) => {
      const { clientId } = await addClient(scene, { isDpopRequired: true })
      const execute = [client.allowInsecureRequests]
      const configuration = await client.discovery(new URL(scene.server.issuer), clientId, undefined, client.None(), {
        execute,
      })
      expect(configuration.serverMetadata().dpop_signing_alg_values_supported).toContain(alg)
      const options = { DPoP: client.getDPoPHandle(configuration, await client.randomDPoPKeyPair(alg)) }
      const [pkceCodeVerifier, expectedState] = [client.randomPKCECodeVerifier(), client.randomState()]
      const url = client.buildAuthorizationUrl(configuration, {
        ...{ redirect_uri: redirectUri, scope, resource: audience, state: expectedState },
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        dpop_jkt: await options.DPoP.calculateThumbprint(),
      })
      const callback = await authorizeByRedirect(newVisitor(scene), url)
      const checks = { pkceCodeVerifier, expectedState }
      const tokens = await client.authorizationCodeGrant(configuration, callback, checks, undefined, options)
      expect(tokens.token_type).toBe('dpop')
      const { sub, cnf } = readClaims(tokens.access_token)
      expect(cnf).toEqual({ jkt: await options.DPoP.calculateThumbprint() })
      expect(await client.fetchUserInfo(configuration, tokens.access_token, sub, options)).toMatchObject({ sub })
      const call = (token: string, method: string, given?: client.DPoPOptions) =>
        client.fetchProtectedResource(configuration, token, api.url, method, undefined, undefined, given)
      for (const method of ['GET', 'POST', 'GET']) {
        const answer = await call(tokens.access_token, method, options)
        expect([answer.status, await answer.json()]).toEqual([200, { caller: sub, method }])
      }
      await expect(call(tokens.access_token, 'GET')).rejects.toThrow(/WWW-Authenticate/)
      const next = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '', undefined, options)
      expect((await call(next.access_token, 'GET', options)).status).toBe(200)
      await expect(client.refreshTokenGrant(configuration, next.refresh_token ?? '')).rejects.toMatchObject({
        error: 'invalid_dpop_proof',
      })
    },
  )

  it('RFC 9449 §8, §9: oauth4webapi is told the nonce at the token endpoint and at the API, each time as it reads it', async () => {
    const { clientId, secret } = await addClient(scene, {
      ...{ type: 'confidential', redirectUris: [], grants: ['client_credentials'], scopes: ['orders:read'] },
    })
    const overLoopback = { [oauth.allowInsecureRequests]: true } as const
    const issuer = new URL(scene.server.issuer)
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, overLoopback))
    const machine: oauth.Client = { client_id: clientId }
    const options = { DPoP: oauth.DPoP(machine, await oauth.generateKeyPair('ES256')), ...overLoopback }
    const form = new URLSearchParams({ resource: audience })
    const authentication = oauth.ClientSecretBasic(secret)
    const ask = async () => {
      const response = await oauth.clientCredentialsGrantRequest(as, machine, authentication, form, options)
      return oauth.processClientCredentialsResponse(as, machine, response)
    }
    const refused = await ask().catch((error: unknown) => error)
    expect(oauth.isDPoPNonceError(refused)).toBe(true)
    const tokens = await ask()
    expect(tokens.token_type).toBe('dpop')
    const call = () => oauth.protectedResourceRequest(tokens.access_token, 'GET', api.url, undefined, null, options)
    const challenged = await call().catch((error: unknown) => error)
    expect(oauth.isDPoPNonceError(challenged)).toBe(true)
    expect((await call()).status).toBe(200)
  })
})
