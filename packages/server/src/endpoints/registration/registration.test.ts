import { createPublicKey } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { makeRsaKey } from '../../../testing/make-rsa-key.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import type { RegistrationMode } from '../../config.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { isBuiltInClient } from '../../domain/clients/console-client.ts'
import { purgeStrangers } from '../../domain/clients/limit-strangers.ts'
import { listClients } from '../../domain/clients/list-clients.ts'
import { listSigningKeys } from '../../domain/keys/list-signing-keys.ts'
import { type RegistrationPolicy, usualPolicy } from '../../domain/registrations/registration-token.ts'
import {
  createRegistrationToken,
  listRegistrationTokens,
  purgeRegistrationTokens,
  revokeRegistrationToken,
} from '../../domain/registrations/registration-tokens.ts'

const audience = 'https://orders.example'
const person = { username: 'ada', password: 'a long walk along the river' }
const redirectUri = 'https://app.example/callback'
const hour = 3_600_000
const day = 24 * hour
const usual = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', client_name: 'Shop' }
const keyPair = await generateKeyPair('ES256', { extractable: true })
const publicKey = await exportJWK(keyPair.publicKey)
const exponentOne = createPublicKey(makeRsaKey(1n)).export({ format: 'jwk' })
const privateKey = await exportJWK(keyPair.privateKey)

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

forEachDatabase('registration', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(registration: RegistrationMode): Promise<TestServer> {
    const config = { registration, trustedProxies: ['127.0.0.1'] }
    const server = await startTestServer({ databaseUrl: await createUrl(), config })
    servers.push(server)
    return server
  }

  function post(server: TestServer, body: string, headers: Record<string, string> = {}): Promise<Response> {
    const all = { 'content-type': 'application/json', ...headers }
    return fetch(`${server.issuer}/register`, { method: 'POST', headers: all, body })
  }

  async function register(server: TestServer, metadata: object, headers?: Record<string, string>): Promise<Answer> {
    const answer = await post(server, JSON.stringify(metadata), headers)
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
  }

  async function makeToken(server: TestServer, uses = 1, policy: RegistrationPolicy = usualPolicy) {
    const { database } = server.running.installation
    const wanted = { policy, uses, lifetimeMilliseconds: hour }
    const { token, secret } = await database.write((tx) => createRegistrationToken(tx, wanted, 'cli'))
    return { id: token.id, secret, headers: { authorization: `Bearer ${secret}` } }
  }

  const clientsOf = async (server: TestServer) =>
    (await listClients(server.running.installation.database.read)).filter(({ id }) => !isBuiltInClient(id))
  const registrations = async (server: TestServer) =>
    (await listAuditEvents(server.running.installation.database.read, { limit: 50 })).filter(
      ({ act, actor }) => act === 'client.created' && actor !== 'system',
    )

  it('RFC 7591 §3: while it is off there is no endpoint, and the metadata names none', async () => {
    const server = await start('off')
    expect((await register(server, usual)).status).toBe(404)
    const metadata = await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)
    expect(await metadata.json()).not.toHaveProperty('registration_endpoint')
    expect(await clientsOf(server)).toEqual([])
  })

  it('RFC 7591 §3.2.1: the answer has the id, the secret and all that is registered; the act is recorded', async () => {
    const server = await start('open')
    const { status, body, headers } = await register(
      server,
      {
        redirect_uris: [redirectUri],
        client_name: 'Shop',
        logo_uri: 'https://app.example/logo.png',
        contacts: ['ada@example.com'],
        software_id: 'shop',
        'client_name#de': 'Laden',
        unheard_of: [[1], { a: null }],
      },
      { 'x-forwarded-for': '203.0.113.7' },
    )
    expect([status, headers.get('cache-control'), headers.get('access-control-allow-origin')]).toEqual([
      201,
      'no-store',
      '*',
    ])
    expect(body).toEqual({
      client_id: expect.stringMatching(/^cli_[\w-]{22}$/),
      client_id_issued_at: Math.floor(server.clock.now() / 1000),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      client_name: 'Shop',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'web',
      id_token_signed_response_alg: 'ES256',
      post_logout_redirect_uris: [],
      dpop_bound_access_tokens: false,
      require_pushed_authorization_requests: false,
    })
    const [client] = await clientsOf(server)
    expect(client).toMatchObject({ id: body.client_id, isFirstParty: false, registeredBy: 'network:203.0.113.7' })
    expect(await registrations(server)).toMatchObject([
      {
        actor: 'anonymous',
        clientId: body.client_id,
        network: '203.0.113.7',
        detail: { registered_by: 'network:203.0.113.7', name: 'Shop', redirect_uris: [redirectUri] },
      },
    ])
    expect(server.logText()).not.toContain(String(body.client_secret))
  })

  it('RFC 7591 §2, OpenID Connect Registration §2: each member that is taken is registered and answered', async () => {
    const server = await start('open')
    const wanted = {
      client_name: 'Shop',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt',
      application_type: 'web',
      jwks: { keys: [publicKey] },
      id_token_signed_response_alg: 'RS256',
      userinfo_signed_response_alg: 'RS256',
      post_logout_redirect_uris: ['https://app.example/bye'],
      backchannel_logout_uri: 'https://app.example/logout',
      backchannel_logout_session_required: true,
      dpop_bound_access_tokens: true,
      require_pushed_authorization_requests: true,
    }
    const { status, body } = await register(server, wanted)
    expect(status).toBe(201)
    expect(body).toMatchObject(wanted)
    expect(body).not.toHaveProperty('client_secret')
    // A key that its ID tokens can be signed with is there at once.
    const keys = await listSigningKeys(server.running.installation.database.read)
    expect(keys.map(({ algorithm, state }) => [algorithm, state])).toContainEqual(['RS256', 'active'])
  })

  describe('RFC 7591 §3.2.1: what a client may not be is replaced, and the answer says so', () => {
    it.each([
      ['grants', { grant_types: ['authorization_code', 'client_credentials', 'implicit'] }, ['authorization_code']],
      [
        'device',
        { grant_types: ['refresh_token', 'authorization_code', 'x'] },
        ['refresh_token', 'authorization_code'],
      ],
    ])('%s', async (_, more, grants) => {
      const server = await start('open')
      const { status, body } = await register(server, { ...usual, ...more, response_types: ['code', 'token'] })
      expect([status, body.grant_types, body.response_types]).toEqual([201, grants, ['code']])
    })

    it('scopes are no limit, so that a client can ask for more later; this server’s own are never given', async () => {
      const server = await start('open')
      const { body } = await register(server, {
        ...usual,
        scope: `orders:read revocations:write introspect:${audience}`,
      })
      expect(body).not.toHaveProperty('scope')
      expect((await clientsOf(server))[0]?.scopes).toEqual([])
    })

    it('without a name it is called by its host', async () => {
      const server = await start('open')
      expect((await register(server, { redirect_uris: [redirectUri] })).body.client_name).toBe('app.example')
    })
  })

  describe('RFC 8252 §7, OpenID Connect Registration §2: addresses by the kind of app', () => {
    it.each([
      [undefined, ['http://localhost:3118/callback'], 'native'],
      ['native', ['http://127.0.0.1/callback', 'http://[::1]/callback', 'http://localhost/callback'], 'native'],
      ['native', ['com.example.app:/callback'], 'native'],
      ['native', ['https://app.example/claimed', 'http://localhost/callback'], 'native'],
      ['web', ['https://app.example/callback'], 'web'],
    ])('%s with %j', async (application_type, redirect_uris, expected) => {
      const server = await start('open')
      const { status, body } = await register(server, { ...usual, application_type, redirect_uris })
      expect([status, body.application_type, body.redirect_uris]).toEqual([201, expected, redirect_uris])
    })
  })

  it('RFC 7591 §3.2.2: whatever is wrong is named, and registers nobody', async () => {
    const server = await start('token')
    const { headers } = await makeToken(server)
    const uri = 'invalid_redirect_uri'
    const data = 'invalid_client_metadata'
    const cases: readonly (readonly [error: string, metadata: object])[] = [
      [uri, { redirect_uris: undefined }],
      [uri, { redirect_uris: [] }],
      [uri, { redirect_uris: [''] }],
      [uri, { redirect_uris: ['http://app.example/callback'] }],
      [uri, { redirect_uris: ['https://app.example/callback#here'] }],
      [uri, { redirect_uris: ['https://ada:pw@app.example/'] }],
      [uri, { redirect_uris: ['javascript:alert(1)'] }],
      [uri, { redirect_uris: ['data:text/html,x'] }],
      [uri, { redirect_uris: ['/callback'] }],
      [uri, { redirect_uris: ['http://localhost/callback'], application_type: 'web' }],
      [uri, { redirect_uris: ['https://localhost/callback'], application_type: 'web' }],
      [uri, { redirect_uris: ['com.example.app:/callback'], application_type: 'web' }],
      [data, { redirect_uris: redirectUri }],
      [data, { redirect_uris: [null] }],
      [data, { redirect_uris: [[redirectUri]] }],
      [data, { redirect_uris: [redirectUri, 7] }],
      [data, { redirect_uris: ['https://app.example/\u0000'] }],
      [data, { redirect_uris: Array.from({ length: 51 }, (_, index) => `${redirectUri}/${index}`) }],
      [data, { redirect_uris: [`https://app.example/${'a'.repeat(2000)}`] }],
      [data, { client_name: '' }],
      [data, { client_name: 'n'.repeat(200) }],
      [data, { client_name: 'Shop\u202egpj' }],
      [data, { client_name: ['Shop'] }],
      [data, { client_name: null }],
      [data, { grant_types: [] }],
      [data, { grant_types: ['refresh_token'] }],
      [data, { grant_types: ['client_credentials'] }],
      [data, { grant_types: 'authorization_code' }],
      [data, { response_types: ['token'] }],
      [data, { response_types: [] }],
      [data, { token_endpoint_auth_method: 'client_secret_jwt' }],
      [data, { token_endpoint_auth_method: '' }],
      [data, { token_endpoint_auth_method: 'private_key_jwt' }],
      [data, { token_endpoint_auth_method: 'private_key_jwt', jwks: {} }],
      [data, { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } }],
      [data, { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [privateKey] } }],
      // Everybody could sign with it.
      [data, { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [exponentOne] } }],
      [data, { token_endpoint_auth_method: 'private_key_jwt', jwks: [] }],
      [data, { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://app.example/keys' }],
      [
        data,
        {
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [publicKey] },
          jwks_uri: 'https://app.example/keys',
        },
      ],
      [data, { application_type: 'desktop' }],
      [data, { id_token_signed_response_alg: 'none' }],
      [data, { id_token_signed_response_alg: 'HS256' }],
      [data, { userinfo_signed_response_alg: 'none' }],
      [data, { post_logout_redirect_uris: ['javascript:alert(1)'] }],
      [data, { post_logout_redirect_uris: {} }],
      [data, { backchannel_logout_uri: 'http://127.0.0.1/logout' }],
      [data, { backchannel_logout_uri: 'https://app.example/#here' }],
      [data, { backchannel_logout_session_required: 'yes' }],
      [data, { dpop_bound_access_tokens: 'true' }],
      [data, { require_pushed_authorization_requests: 1 }],
      ['unapproved_software_statement', { software_statement: 'e30.e30.' }],
    ]
    for (const [error, metadata] of cases) {
      const { status, body } = await register(server, { ...usual, ...metadata }, headers)
      expect([status, body.error], JSON.stringify(metadata)).toEqual([400, error])
      expect(body.error_description, JSON.stringify(metadata)).toMatch(/^[^"\\]{10,}$/)
    }
    for (const body of ['', '[]', 'null', '"x"', '{', '{"client_name":"a","client_name":"b"}', '\xff']) {
      const answer = await post(server, body, headers)
      expect([answer.status, ((await answer.json()) as Answer['body']).error], body).toEqual([
        400,
        'invalid_client_metadata',
      ])
    }
    const typed = await post(server, 'client_name=a', { ...headers, 'content-type': 'text/plain' })
    expect([typed.status, ((await typed.json()) as Answer['body']).error]).toEqual([415, 'invalid_client_metadata'])
    const long = await post(server, `{"a":"${'a'.repeat(70_000)}"}`, headers)
    expect([long.status, ((await long.json()) as Answer['body']).error]).toEqual([413, 'invalid_client_metadata'])
    expect(await clientsOf(server)).toEqual([])
    // None of it took the token's only use.
    expect((await register(server, usual, headers)).status).toBe(201)
  })

  it('RFC 7591 §3.1: without an initial access token there is a challenge, and with a wrong one another', async () => {
    const server = await start('token')
    const { secret } = await makeToken(server)
    const missing = await register(server, usual)
    expect([missing.status, missing.body.error, missing.headers.get('www-authenticate')]).toEqual([
      401,
      'invalid_token',
      'Bearer',
    ])
    for (const authorization of [
      'Bearer',
      'Bearer x',
      `Basic ${secret}`,
      `Bearer ${secret}x`,
      `Bearer oi_${'a'.repeat(43)}`,
    ]) {
      const wrong = await register(server, usual, { authorization })
      expect([wrong.status, wrong.body.error], authorization).toEqual([401, 'invalid_token'])
      expect(wrong.headers.get('www-authenticate'), authorization).toBe('Bearer error="invalid_token"')
    }
    expect(await clientsOf(server)).toEqual([])
  })

  it('RFC 7591 §1.2: where anybody may register, a wrong initial access token is refused all the same', async () => {
    const server = await start('open')
    expect((await register(server, usual, { authorization: 'Bearer oi_wrong' })).status).toBe(401)
  })

  it('RFC 7591 §1.2: a token with one use registers one client, of 20 at once; it is recorded by which token', async () => {
    const server = await start('token')
    const { id, headers } = await makeToken(server)
    const answers = await Promise.all(Array.from({ length: 20 }, () => register(server, usual, headers)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...new Array<number>(19).fill(401)])
    expect(await clientsOf(server)).toMatchObject([{ registeredBy: `token:${id}` }])
    expect(await registrations(server)).toMatchObject([{ detail: { registered_by: `token:${id}` } }])
    expect(await listRegistrationTokens(server.running.installation.database.read)).toMatchObject([{ id, usesLeft: 0 }])
  })

  it('RFC 7591 §1.2: a token ends when it expires or is revoked, and is forgotten a day later', async () => {
    const server = await start('token')
    const { database } = server.running.installation
    const [expiring, revoked] = [await makeToken(server, 5), await makeToken(server, 5)]
    expect((await register(server, usual, revoked.headers)).status).toBe(201)
    expect(await database.write((tx) => revokeRegistrationToken(tx, revoked.id, 'cli'))).toBe(true)
    expect(await database.write((tx) => revokeRegistrationToken(tx, revoked.id, 'cli'))).toBe(false)
    expect((await register(server, usual, revoked.headers)).status).toBe(401)
    server.clock.set(server.clock.now() + hour)
    expect((await register(server, usual, expiring.headers)).status).toBe(401)
    expect(await listRegistrationTokens(database.read)).toMatchObject([{ id: expiring.id, usesLeft: 5 }])
    server.clock.set(server.clock.now() + day + 1)
    await database.write((tx) => purgeRegistrationTokens(tx, 100))
    expect(await listRegistrationTokens(database.read)).toEqual([])
    const acts = (await listAuditEvents(database.read, { limit: 20 })).map(({ act }) => act)
    expect(acts.filter((act) => act.startsWith('registration_token')).sort()).toEqual([
      'registration_token.created',
      'registration_token.created',
      'registration_token.revoked',
    ])
  })

  it('RFC 7591 §1.2: a token can let its clients be more, and limits their scopes', async () => {
    const server = await start('token')
    const policy = { grants: ['client_credentials'], scopes: ['orders:read'] }
    const { headers } = await makeToken(server, 9, policy)
    const service = { client_name: 'Billing', grant_types: ['client_credentials', 'authorization_code'] }
    const { status, body } = await register(server, service, headers)
    expect(status).toBe(201)
    expect(body).toMatchObject({ grant_types: ['client_credentials'], response_types: [], scope: 'orders:read' })
    const isPublic = await register(server, { ...service, token_endpoint_auth_method: 'none' }, headers)
    expect([isPublic.status, isPublic.body.error]).toEqual([400, 'invalid_client_metadata'])
    const { database } = server.running.installation
    server.clock.set(server.clock.now() + 30 * day)
    await database.write((tx) => purgeStrangers(tx, 100))
    expect(await clientsOf(server)).toHaveLength(1)
  })

  it('RFC 7591 §5: a network registers 20 clients in an hour, and others are not kept from it', async () => {
    const server = await start('open')
    const from = (address: string) => register(server, usual, { 'x-forwarded-for': address })
    for (let count = 0; count < 20; count += 1) expect((await from('203.0.113.7')).status).toBe(201)
    server.clock.set(server.clock.now() + hour / 2)
    const refused = await from('203.0.113.7')
    expect([refused.status, refused.headers.get('retry-after'), refused.body.error]).toEqual([
      429,
      '1800',
      'temporarily_unavailable',
    ])
    expect((await from('203.0.113.8')).status).toBe(201)
    server.clock.set(server.clock.now() + hour / 2)
    expect((await from('203.0.113.7')).status).toBe(201)
  })

  it('RFC 7591 §5: while 10,000 clients of strangers wait for somebody to let them in, only a token lets one more in', async () => {
    const server = await start('open')
    const { database } = server.running.installation
    expect((await register(server, usual)).status).toBe(201)
    await database.write(async ({ sql }) => {
      const queries = sql.withTables<{ client: Record<string, string | number | null> }>()
      const row = await queries.selectFrom('client').selectAll().executeTakeFirstOrThrow()
      for (let batch = 0; batch < 10; batch += 1) {
        const ids = Array.from({ length: batch === 9 ? 999 : 1000 }, (_, index) => `cli_${batch}_${index}`)
        const rows = ids.map((id) => ({ ...row, id, registered_by: 'network:203.0.113.9' }))
        await queries.insertInto('client').values(rows).execute()
      }
    })
    const refused = await register(server, usual, { 'x-forwarded-for': '203.0.113.10' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600'])
    expect((await register(server, usual, (await makeToken(server)).headers)).status).toBe(201)
  })

  it('RFC 7591 §5: a client that nobody let in is forgotten after a day; one that somebody let in stays', async () => {
    const server = await start('open')
    await addAccount(server, person.username, person.password)
    await addApi(server, { audience, name: 'Orders', scopes: ['orders:read'] })
    const [used, unused] = [await register(server, usual), await register(server, { ...usual, client_name: 'Other' })]
    const visitor = new Visitor(new URL(server.issuer).origin)
    const query = new URLSearchParams({
      client_id: String(used.body.client_id),
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'orders:read',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    })
    let visit = await visitor.get(`/authorize?${query}`)
    visit = await visitor.submit(visit, person)
    // Its name is its own choice: people are told so, and see the host that is answered.
    expect(visit.text).toContain('id="unverified"')
    expect(visit.text).toContain('<bdi id="returns-to">app.example</bdi>')
    visit = await visitor.submit(visit, { decision: 'allow' })
    expect(new URL(visit.location ?? '').searchParams.get('code')).toBeTruthy()
    const { database } = server.running.installation
    await database.write((tx) => purgeStrangers(tx, 100))
    expect(await clientsOf(server)).toHaveLength(2)
    server.clock.set(server.clock.now() + day + 1)
    await database.write((tx) => purgeStrangers(tx, 100))
    expect((await clientsOf(server)).map(({ id }) => id)).toEqual([used.body.client_id])
    expect((await visitor.get(`/authorize?client_id=${unused.body.client_id}`)).status).toBe(400)
  })

  it('RFC 9700 §2.4: a client that registered itself takes no passwords at POST /login', async () => {
    const server = await start('open')
    await addAccount(server, person.username, person.password)
    await addApi(server, { audience })
    const { body } = await register(server, { ...usual, grant_types: ['authorization_code', 'refresh_token'] })
    const answer = await fetch(`${server.issuer}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...person, audience, client_id: body.client_id }),
    })
    expect([answer.status, ((await answer.json()) as Answer['body']).code]).toEqual([400, 'invalid_client'])
  })

  it('Fetch §3.3: pages of any origin may register, and may send MCP-Protocol-Version', async () => {
    const server = await start('open')
    const { status, headers } = await fetch(`${server.issuer}/register`, { method: 'OPTIONS' })
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    expect(headers.get('access-control-allow-headers')).toContain('MCP-Protocol-Version')
    const metadata = await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)
    expect(await metadata.json()).toMatchObject({ registration_endpoint: `${server.issuer}/register` })
  })
})
