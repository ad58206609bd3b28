import { createHmac } from 'node:crypto'
import { exportSPKI, importJWK } from 'jose'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { forEachDatabase } from '../../testing/database.ts'
import { startDocumentHost } from '../../testing/document-host.ts'
import { postForm, postJson } from '../../testing/revoking.ts'
import { goodClaims, makeSigner, type Signer } from '../../testing/signer.ts'
import { addApi, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { createClient } from '../domain/clients/create-client.ts'
import { type ClientInput, parseClient } from '../domain/clients/parse-client.ts'
import { purgeOneTime } from '../domain/one-time/one-time.ts'
import type { FetchPublicDocument } from '../platform/public-fetch/fetch-public-document.ts'

const audience = 'https://orders.example.com'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const minute = 60_000
const base64url = (text: string) => Buffer.from(text).toString('base64url')

let signer: Signer
let stranger: Signer
beforeAll(async () => {
  signer = await makeSigner()
  stranger = await makeSigner()
})

interface Scene {
  readonly server: TestServer
  readonly clientId: string
}

interface Answer {
  readonly status: number
  readonly body: Record<string, string>
}

async function addClient({ running }: TestServer, more: Partial<ClientInput>): Promise<string> {
  const grants = ['client_credentials']
  const scopes = ['orders:read', `introspect:${audience}`, 'revocations:write']
  const parsed = parseClient({ name: 'Worker', type: 'confidential', grants, scopes, ...more })
  if (!parsed.ok) throw new Error(parsed.sentence)
  const created = await running.installation.database.write((tx) => createClient(tx, parsed.client, 'cli'))
  expect(created.secret).toBeUndefined()
  return created.client.id
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

function claimsOf({ server, clientId }: Scene, more: object = {}): Record<string, unknown> {
  return { ...goodClaims(clientId, server.issuer, server.clock.now()), ...more }
}

async function ask(
  { server }: Scene,
  client_assertion: string,
  more: Record<string, string> = {},
  authorization?: string,
): Promise<Answer> {
  const form = { grant_type: 'client_credentials', client_assertion_type: assertionType, client_assertion, ...more }
  return answerOf(await postForm(`${server.issuer}/token`, form, authorization))
}

/** RFC 4648 §3.5: of the last character of 64 bytes two bits count, so that four characters would be one. */
function respell(token: string): string {
  const last = 'AQgw'.indexOf(token.at(-1) ?? '')
  return `${token.slice(0, -1)}${'BRhx'[last]}`
}

type Forged = (scene: Scene) => Promise<string> | string

/** An assertion that is good but for these claims, or this header. */
const changed =
  (claims: object | ((scene: Scene) => object), header: Record<string, unknown> = {}): Forged =>
  (scene) =>
    signer.sign(claimsOf(scene, typeof claims === 'function' ? claims(scene) : claims), header)

const seconds = ({ server }: Scene) => Math.floor(server.clock.now() / 1000)

const forgeries: readonly (readonly [title: string, reason: string, forge: Forged])[] = [
  ['that expired 5 minutes ago', 'expired', changed((scene) => ({ exp: seconds(scene) - 300 }))],
  ['that expires this second', 'expired', changed((scene) => ({ exp: seconds(scene) }))],
  ['without exp', 'expiry', changed({ exp: undefined })],
  ['with exp as a text', 'expiry', changed((scene) => ({ exp: String(seconds(scene) + 60) }))],
  ['good for over 10 minutes', 'too_long_lived', changed((scene) => ({ exp: seconds(scene) + 601 }))],
  ['issued 16 s ahead', 'issued_at', changed((scene) => ({ iat: seconds(scene) + 16 }))],
  ['with iat as a text', 'issued_at', changed({ iat: 'now' })],
  ['that begins 16 s ahead', 'not_before', changed((scene) => ({ nbf: seconds(scene) + 16 }))],
  ['without sub', 'subject', changed({ sub: undefined })],
  ['with another sub', 'subject', changed({ sub: 'cli_other' })],
  ['without iss', 'malformed', changed({ iss: undefined })],
  ['of a client that is not registered', 'unknown_client', changed({ iss: 'cli_other', sub: 'cli_other' })],
  ['without aud', 'audience', changed({ aud: undefined })],
  ['for another server', 'audience', changed({ aud: 'https://login.example.net' })],
  ['with the issuer in a list', 'audience', changed(({ server }) => ({ aud: [server.issuer] }))],
  ['for two', 'audience', changed(({ server }) => ({ aud: [server.issuer, 'https://login.example.net'] }))],
  ['for the token endpoint', 'audience', changed(({ server }) => ({ aud: `${server.issuer}/token` }))],
  ['for the issuer with a slash', 'audience', changed(({ server }) => ({ aud: `${server.issuer}/` }))],
  ['without jti', 'jti', changed({ jti: undefined })],
  ['with an empty jti', 'jti', changed({ jti: '' })],
  ['with jti as a number', 'jti', changed({ jti: 7 })],
  ['with NUL in jti', 'jti', changed({ jti: 'a\0' })],
  ['of the type of an access token', 'type', changed({}, { typ: 'at+jwt' })],
  ['of a type that is no text', 'type', changed({}, { typ: 1 })],
  [
    'with an extension that must be understood',
    'critical',
    changed(
      {},
      {
        crit: ['https://example.com/extension'],
        'https://example.com/extension': 1,
      },
    ),
  ],
  ['with a kid of nobody', 'unknown_key', changed({}, { kid: 'second' })],
  ['signed with a stranger’s key', 'signature', async (scene) => stranger.sign(claimsOf(scene))],
  [
    'with another payload',
    'signature',
    async (scene) => {
      const [header, , signature] = (await signer.sign(claimsOf(scene))).split('.')
      return `${header}.${base64url(JSON.stringify(claimsOf(scene)))}.${signature}`
    },
  ],
  [
    'without a signature',
    'signature',
    async (scene) => `${(await signer.sign(claimsOf(scene))).split('.').slice(0, 2).join('.')}.`,
  ],
  [
    'with alg none',
    'algorithm',
    (scene) => `${base64url('{"alg":"none"}')}.${base64url(JSON.stringify(claimsOf(scene)))}.`,
  ],
  [
    'with HS256 by the public key',
    'algorithm',
    async (scene) => {
      const content = `${base64url('{"alg":"HS256"}')}.${base64url(JSON.stringify(claimsOf(scene)))}`
      const secret = await exportSPKI((await importJWK(signer.publicJwk, 'ES256')) as CryptoKey)
      return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
    },
  ],
  [
    'with an alg that can become no text',
    'algorithm',
    (scene) => `${base64url('{"alg":{"toString":1}}')}.${base64url(JSON.stringify(claimsOf(scene)))}.AA`,
  ],
  ['with its signature in another spelling', 'malformed', async (scene) => respell(await signer.sign(claimsOf(scene)))],
  ['that is no JWT', 'malformed', () => 'a.b.c'],
  ['that is no text of a JWT', 'malformed', () => 'x'.repeat(8000)],
  ['that is far too long', 'malformed', changed({ more: 'x'.repeat(8000) })],
]

forEachDatabase('private_key_jwt', ({ createUrl }) => {
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })

  async function start(
    described: Partial<ClientInput> = { jwks: { keys: [signer.publicJwk] } },
    fetchDocument?: FetchPublicDocument,
  ): Promise<Scene> {
    const server = await startTestServer({ databaseUrl: await createUrl(), ...(fetchDocument && { fetchDocument }) })
    stops.push(() => server.stop())
    await addApi(server, { audience, scopes: ['orders:read'] })
    return { server, clientId: await addClient(server, described) }
  }

  it('RFC 7523 §3: an assertion that fails in one point is invalid_client, the log has the reason and not the assertion, and its jti stays good', async () => {
    const scene = await start()
    for (const [title, reason, forge] of forgeries) {
      const forged = await forge(scene)
      const before = scene.server.logText().length
      const { status, body } = await ask(scene, forged)
      expect([title, status, body]).toEqual([
        title,
        401,
        expect.objectContaining({
          error: 'invalid_client',
          error_description: 'The client is not known, or did not prove who it is.',
        }),
      ])
      const logged = scene.server.logText().slice(before)
      expect([title, logged]).toEqual([title, expect.stringContaining(`"reason":"${reason}"`)])
      expect(scene.server.logText()).not.toContain(forged)
    }
    const claims = claimsOf(scene)
    expect((await ask(scene, await stranger.sign(claims))).status).toBe(401)
    expect((await ask(scene, await signer.sign(claims))).status).toBe(200)
  })

  it('RFC 7521 §4.2, RFC 6749 §2.3: parameters that are missing, repeated, contradicting or of two methods are refused', async () => {
    const scene = await start()
    const good = () => signer.sign(claimsOf(scene))
    const basic = `Basic ${Buffer.from(`${scene.clientId}:secret`).toString('base64')}`
    const cases: readonly (readonly [string, Answer | Promise<Answer>, number, string])[] = [
      ['no assertion', ask(scene, ''), 400, 'invalid_request'],
      ['no type', ask(scene, await good(), { client_assertion_type: '' }), 400, 'invalid_request'],
      ['another type', ask(scene, await good(), { client_assertion_type: 'urn:x' }), 401, 'invalid_client'],
      ['another client_id', ask(scene, await good(), { client_id: 'cli_other' }), 401, 'invalid_client'],
      ['a secret too', ask(scene, await good(), { client_secret: 'x' }), 400, 'invalid_request'],
      ['Basic too', ask(scene, await good(), {}, basic), 400, 'invalid_request'],
      ['control characters', ask(scene, 'a\0b'), 400, 'invalid_request'],
      ['far too much', ask(scene, 'x'.repeat(20_000)), 400, 'invalid_request'],
      [
        'its id alone',
        ask({ ...scene }, '', { client_assertion_type: '', client_id: scene.clientId }),
        401,
        'invalid_client',
      ],
    ]
    for (const [title, answer, status, error] of cases) {
      expect([title, await answer]).toMatchObject([title, { status, body: { error } }])
    }
    const twice = new URLSearchParams([
      ['grant_type', 'client_credentials'],
      ['client_assertion_type', assertionType],
      ['client_assertion', await good()],
      ['client_assertion', await good()],
    ])
    const repeated = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: twice })
    expect([repeated.status, await repeated.json()]).toMatchObject([400, { error: 'invalid_request' }])
    const alone = { grant_type: 'client_credentials', client_id: scene.clientId }
    const unproved = await postForm(`${scene.server.issuer}/token`, alone)
    expect([unproved.status, await unproved.json()]).toMatchObject([401, { error: 'invalid_client' }])
  })

  it('draft-ietf-oauth-rfc7523bis §4: a good assertion of either type is taken, with 15 s of clock skew and 10 minutes of life', async () => {
    const scene = await start()
    const now = seconds(scene)
    for (const typ of ['JWT', 'client-authentication+jwt', 'application/client-authentication+jwt']) {
      const claims = claimsOf(scene, { iat: now + 15, nbf: now + 15, exp: now + 600 })
      const answer = await ask(scene, await signer.sign(claims, { typ }), { client_id: scene.clientId })
      expect(answer).toMatchObject({ status: 200, body: { scope: 'orders:read', token_type: 'Bearer' } })
    }
    const plain = await ask(scene, await signer.sign(claimsOf(scene, { iat: undefined })))
    expect(plain.status).toBe(200)
  })

  it('RFC 7518 §3.1, RFC 8037 §3.1: each algorithm of the list; among several keys the one that is named, or that fits', async () => {
    const signers = await Promise.all(
      ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519'].map((alg) => makeSigner(alg, alg)),
    )
    const scene = await start({ jwks: { keys: [signer.publicJwk, ...signers.map(({ publicJwk }) => publicJwk)] } })
    for (const one of signers) {
      expect((await ask(scene, await one.sign(claimsOf(scene)))).status).toBe(200)
      expect((await ask(scene, await one.sign(claimsOf(scene), { kid: undefined }))).status).toBe(200)
    }
  })

  it('RFC 7523 §3: of 20 parallel uses of one assertion one succeeds, and none does later while it could be good', async () => {
    const scene = await start()
    const assertion = await signer.sign(claimsOf(scene))
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(scene, assertion)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.error === 'invalid_client')).toHaveLength(19)
    expect(scene.server.logText()).toContain('"reason":"used_before"')
    scene.server.clock.set(scene.server.clock.now() + 59_000)
    await scene.server.running.installation.database.write((tx) => purgeOneTime(tx, 100))
    expect((await ask(scene, assertion)).status).toBe(401)
  })

  it('RFC 7523 §3: an assertion that was used at one instance is refused at another', async () => {
    const databaseUrl = await createUrl()
    const server = await startTestServer({ databaseUrl })
    stops.push(() => server.stop())
    await addApi(server, { audience, scopes: ['orders:read'] })
    const scene = { server, clientId: await addClient(server, { jwks: { keys: [signer.publicJwk] } }) }
    const { issuer, secrets } = server.config
    const other = await startTestServer({ databaseUrl, config: { issuer, secrets } })
    stops.push(() => other.stop())
    const client_assertion = await signer.sign(claimsOf(scene))
    const form = { grant_type: 'client_credentials', client_assertion_type: assertionType, client_assertion }
    expect((await postForm(`${other.running.url}/token`, form)).status).toBe(200)
    expect((await ask(scene, client_assertion)).status).toBe(401)
  })

  it('RFC 7523 §3: the same jti of two clients is two', async () => {
    const scene = await start()
    const other = { ...scene, clientId: await addClient(scene.server, { jwks: { keys: [stranger.publicJwk] } }) }
    const jti = 'one'
    expect((await ask(scene, await signer.sign(claimsOf(scene, { jti })))).status).toBe(200)
    expect((await ask(other, await stranger.sign(claimsOf(other, { jti })))).status).toBe(200)
    expect((await ask(other, await signer.sign(claimsOf(other)))).status).toBe(401)
  })

  it('RFC 7009 §2.1, RFC 7662 §2.1: an assertion opens every door at which clients prove who they are, once', async () => {
    const scene = await start()
    const { issuer } = scene.server
    const { body } = await ask(scene, await signer.sign(claimsOf(scene)))
    const token = body.access_token ?? ''
    const proof = async () => ({
      client_assertion_type: assertionType,
      client_assertion: await signer.sign(claimsOf(scene)),
    })
    const used = await proof()
    const introspected = await postForm(`${issuer}/introspect`, { token, ...used })
    expect(await introspected.json()).toMatchObject({ active: true, sub: scene.clientId })
    expect((await postForm(`${issuer}/introspect`, { token, ...used })).status).toBe(401)
    expect((await postForm(`${issuer}/revoke`, { token, ...(await proof()) })).status).toBe(200)
    const revoked = await postForm(`${issuer}/introspect`, { token, ...(await proof()) })
    expect(await revoked.json()).toEqual({ active: false })
    const client = scene.clientId
    expect((await postJson(`${issuer}/revocations`, { client, ...(await proof()) })).status).toBe(200)
    const acknowledgement = { guard: 'orders-1', seq: 0, ...(await proof()) }
    expect((await postJson(`${issuer}/revocation-feed/ack`, acknowledgement)).status).toBe(204)
  })

  it('RFC 7591 §2, jwks_uri: keys are read when wanted, read again for a key that is not known, and for at most an hour without an answer', async () => {
    const host = await startDocumentHost()
    stops.push(() => host.stop())
    const scene = await start({ jwksUri: `${host.origin}/jwks` }, host.fetchDocument)
    const [next, junk] = [await makeSigner('ES256', 'second'), { kty: 'XYZ', kid: 'first' }]
    let keys: readonly object[] | undefined = [junk, signer.publicJwk, { ...signer.publicJwk, kid: 'x'.repeat(6000) }]
    host.answer = (_, response) =>
      keys
        ? response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify({ keys }))
        : response.writeHead(500).end()
    const status = async (by: Signer) => (await ask(scene, await by.sign(claimsOf(scene)))).status
    const pass = (milliseconds: number) => scene.server.clock.set(scene.server.clock.now() + milliseconds)

    expect(await Promise.all(Array.from({ length: 10 }, () => status(signer)))).toEqual(Array(10).fill(200))
    expect(host.asked).toHaveLength(1)
    keys = [next.publicJwk]
    expect([await status(next), await status(next), host.asked.length]).toEqual([401, 401, 1])
    pass(30_000)
    expect([await status(next), await status(signer), host.asked.length]).toEqual([200, 401, 2])
    keys = undefined
    pass(59 * minute)
    expect([await status(next), await status(next), host.asked.length]).toEqual([200, 200, 3])
    pass(minute)
    expect([await status(next), host.asked.length]).toEqual([401, 4])
    expect(scene.server.logText()).toContain('"reason":"keys_unavailable"')
    keys = [next.publicJwk]
    pass(30_000)
    expect([await status(next), host.asked.length]).toEqual([200, 5])
  })

  it('RFC 8414 §2: the metadata lists the method and its algorithms for each endpoint, and none that is symmetric', async () => {
    const { server } = await start()
    const response = await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)
    const metadata = (await response.json()) as Record<string, readonly string[]>
    for (const endpoint of ['token', 'revocation', 'introspection']) {
      expect(metadata[`${endpoint}_endpoint_auth_methods_supported`]).toContain('private_key_jwt')
      const algorithms = metadata[`${endpoint}_endpoint_auth_signing_alg_values_supported`]
      expect(algorithms).toEqual(['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519'])
    }
    expect(metadata.grant_types_supported).toContain('urn:ietf:params:oauth:grant-type:jwt-bearer')
  })

  it('RFC 7591 §2, jwks_uri: an address that leads inside is not read', async () => {
    const scene = await start({ jwksUri: 'https://127.0.0.1/jwks' })
    expect(await ask(scene, await signer.sign(claimsOf(scene)))).toMatchObject({ status: 401 })
    expect(scene.server.logText()).toContain('special-use address')
  })
})
