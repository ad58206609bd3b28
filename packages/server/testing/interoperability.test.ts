import { createPublicKey } from 'node:crypto'
import { createGuard } from '@ostiary/guard'
import { createVerifier } from 'fast-jwt'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenAlgorithms } from '../src/domain/apis/token-algorithm.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from './test-server.ts'

const password = 'seven purple umbrellas'

describe('tokens of every algorithm', () => {
  let server: TestServer
  let accountId: string
  const secrets = new Map<string, string | undefined>()

  beforeAll(async () => {
    server = await startTestServer()
    accountId = await addAccount(server, 'ada', password)
    for (const algorithm of tokenAlgorithms) {
      secrets.set(algorithm, await addApi(server, { audience: `urn:api:${algorithm}`, algorithm, scopes: ['a'] }))
    }
  })
  afterAll(() => server?.stop())

  it.each(tokenAlgorithms)('%s: jose, fast-jwt and our guard verify it', async (algorithm) => {
    const audience = `urn:api:${algorithm}`
    const answer = await logIn(server, { username: 'ada', password, audience })
    const { access_token } = (await answer.json()) as { access_token: string }
    const secret = secrets.get(algorithm)
    const jwks = (await (await fetch(`${server.issuer}/.well-known/jwks.json`)).json()) as {
      keys: (JsonWebKey & { alg?: string })[]
    }
    const expected = { iss: server.issuer, aud: audience, sub: accountId, scope: 'a' }

    const options = { issuer: server.issuer, audience, typ: 'at+jwt', algorithms: [algorithm] }
    const byJose = secret
      ? await jwtVerify(access_token, Buffer.from(secret, 'base64url'), options)
      : await jwtVerify(access_token, createLocalJWKSet(jwks as Parameters<typeof createLocalJWKSet>[0]), options)
    expect(byJose.payload).toMatchObject(expected)

    const jwk = jwks.keys.find(({ alg }) => alg === algorithm)
    const pem = jwk && createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    const verify = createVerifier({
      key: secret ? Buffer.from(secret, 'base64url') : String(pem),
      algorithms: [algorithm],
      allowedIss: server.issuer,
      allowedAud: audience,
    })
    expect(verify(access_token)).toMatchObject(expected)

    const guard = createGuard({ issuer: server.issuer, audience, ...(secret && { keys: { secret } }) })
    expect(await guard.verify(access_token)).toMatchObject(expected)
    guard.close()
  })
})
