import * as client from 'openid-client'
import { expect, it } from 'vitest'
import { makeSigner } from '../packages/server/testing/signer.ts'
import { addClient, audience, authorizeByRedirect, newVisitor, redirectUri, startScene } from './scene.ts'

const scope = 'openid offline_access orders:read'

it.each(['ES256', 'PS256'])(
  'FAPI 2.0 Security Profile §5.3: openid-client signs in by the profile: private_key_jwt, a pushed request, PKCE, DPoP, iss (%s)',
  async (algorithm) => {
    await using scene = await startScene()
    const { publicJwk, privateKey } = await makeSigner(algorithm)
    const { clientId } = await addClient(scene, {
      ...{ type: 'confidential', isPushRequired: true, isDpopRequired: true },
      jwks: { keys: [publicJwk] },
    })
    const authentication = client.PrivateKeyJwt({ key: privateKey, kid: 'first' })
    const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] }
    const { issuer } = scene.server
    const configuration = await client.discovery(new URL(issuer), clientId, undefined, authentication, options)
    const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair(algorithm))
    const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState() }
    const parameters = {
      ...{ redirect_uri: redirectUri, scope, resource: audience, state: checks.expectedState },
      code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
    }
    const url = await client.buildAuthorizationUrlWithPAR(configuration, parameters, { DPoP })
    const visitor = newVisitor(scene)
    const callback = await authorizeByRedirect(visitor, url)
    expect(callback.searchParams.get('iss')).toBe(issuer)
    const tokens = await client.authorizationCodeGrant(configuration, callback, checks, undefined, { DPoP })
    expect([tokens.token_type, tokens.claims()?.sub]).toEqual(['dpop', scene.accountId])
    const userinfo = await client.fetchUserInfo(configuration, tokens.access_token, scene.accountId, { DPoP })
    expect(userinfo.sub).toBe(scene.accountId)
    const next = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '', undefined, { DPoP })
    expect(next.token_type).toBe('dpop')
    // Without each of its parts there is nothing.
    const direct = await authorizeByRedirect(visitor, client.buildAuthorizationUrl(configuration, parameters))
    expect(direct.searchParams.get('error')).toBe('invalid_request')
    await expect(client.refreshTokenGrant(configuration, next.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_dpop_proof',
    })
  },
)

it('RFC 9449 §10.1: a proof at the pushed request binds the code to its key, and must not contradict dpop_jkt', async () => {
  await using scene = await startScene()
  const { clientId } = await addClient(scene)
  const configuration = await client.discovery(new URL(scene.server.issuer), clientId, undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  })
  const [DPoP, other] = [
    client.getDPoPHandle(configuration, await client.randomDPoPKeyPair()),
    client.getDPoPHandle(configuration, await client.randomDPoPKeyPair()),
  ]
  const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier() }
  const parameters = {
    ...{ redirect_uri: redirectUri, scope, resource: audience },
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const contradicting = { ...parameters, dpop_jkt: await other.calculateThumbprint() }
  await expect(client.buildAuthorizationUrlWithPAR(configuration, contradicting, { DPoP })).rejects.toMatchObject({
    error: 'invalid_dpop_proof',
  })
  const url = await client.buildAuthorizationUrlWithPAR(configuration, parameters, { DPoP })
  const callback = await authorizeByRedirect(newVisitor(scene), url)
  for (const given of [undefined, { DPoP: other }]) {
    const refused = client.authorizationCodeGrant(configuration, callback, checks, undefined, given)
    await expect(refused).rejects.toMatchObject({ error: 'invalid_grant' })
  }
  const tokens = await client.authorizationCodeGrant(configuration, callback, checks, undefined, { DPoP })
  expect(tokens.token_type).toBe('dpop')
})
