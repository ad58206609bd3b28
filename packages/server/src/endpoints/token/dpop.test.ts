import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { createDpopClient, type DpopClient, type ProofRequest } from '../../../testing/dpop-client.ts'
import { makeRsaKey } from '../../../testing/make-rsa-key.ts'
import {
  addAccount,
  addApi,
  logIn,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { parseClient } from '../../domain/clients/parse-client.ts'
import { findSession } from '../../domain/sessions/find-session.ts'

const audience = 'https://orders.example.com'
const person = { username: 'ada', password: 'a long walk along the river' }
const redirectUri = 'https://app.example.com/callback'
const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

type Body = Record<string, string>
type Described = Partial<Parameters<typeof parseClient>[0]>

interface Answer {
  readonly status: number
  readonly body: Body
  readonly headers: Headers
}

forEachDatabase('DPoP', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(options: TestServerOptions = {}): Promise<TestServer> {
    const server = await startTestServer({ databaseUrl: await createUrl(), ...options })
    servers.push(server)
    return server
  }

  async function addClient({ running }: TestServer, described: Described = {}) {
    const parsed = parseClient({ name: 'Shop', type: 'public', redirectUris: [redirectUri], ...described })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { client, secret = '' } = await running.installation.database.write((tx) =>
      createClient(tx, parsed.client, 'cli'),
    )
    return { client_id: client.id, ...(secret && { client_secret: secret }) }
  }

  /** A server with a machine that gets tokens for itself, a person, and a key. */
  async function startScene() {
    const server = await start()
    await addApi(server, { audience, scopes: ['orders:read'] })
    await addAccount(server, person.username, person.password)
    const machine = await addClient(server, {
      ...{ type: 'confidential', redirectUris: [], grants: ['client_credentials', exchange] },
      scopes: ['orders:read', `introspect:${audience}`],
    })
    const key = await createDpopClient()
    return {
      server,
      key,
      form: { ...machine, grant_type: 'client_credentials', resource: audience, scope: 'orders:read' },
    }
  }

  async function post({ running }: TestServer, form: Body, proof?: string): Promise<Answer> {
    const headers = proof === undefined ? {} : { dpop: proof }
    const response = await fetch(`${running.url}/token`, { method: 'POST', headers, body: new URLSearchParams(form) })
    return { status: response.status, body: (await response.json()) as Body, headers: response.headers }
  }

  function prove(server: TestServer, key: DpopClient, more: Partial<ProofRequest> = {}): Promise<string> {
    return key.prove({ url: `${server.issuer}/token`, now: server.clock.now(), ...more })
  }

  async function takeNonce(server: TestServer, key: DpopClient): Promise<string> {
    const form = { grant_type: 'client_credentials', client_id: 'nobody' }
    const { status, body, headers } = await post(server, form, await prove(server, key))
    expect([status, body.error]).toEqual([400, 'use_dpop_nonce'])
    // Fetch Standard §3.3.3: without it a page can't read the nonce.
    expect(headers.get('access-control-expose-headers')).toContain('DPoP-Nonce')
    return headers.get('dpop-nonce') ?? ''
  }

  /** As a client does: with a nonce, and with a proof of its own for each request. */
  async function send(server: TestServer, key: DpopClient, form: Body): Promise<Answer> {
    return post(server, form, await prove(server, key, { nonce: await takeNonce(server, key) }))
  }

  async function takeCode(server: TestServer, clientId: string, more: Body = {}): Promise<Body> {
    const browser = new Visitor(server.issuer)
    const query = new URLSearchParams({
      ...{
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid offline_access orders:read',
      },
      ...{ resource: audience, code_challenge: challenge, code_challenge_method: 'S256', ...more },
    })
    let visit = await browser.get(`/authorize?${query}`)
    if (visit.text.includes('name="password"')) visit = await browser.submit(visit, person)
    if (visit.text.includes('name="decision"')) visit = await browser.submit(visit, { decision: 'allow' })
    return Object.fromEntries(new URL(visit.location ?? '').searchParams)
  }

  const acts = async ({ running }: TestServer) =>
    (await listAuditEvents(running.installation.database.read, { limit: 50 })).map(({ act }) => act)

  it.each(['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'])(
    'RFC 9449 §5, §6.1: with a proof the token is bound to its key, and of the type DPoP (%s)',
    async (alg) => {
      const { server, form } = await startScene()
      const key = await createDpopClient(alg)
      const { status, body, headers } = await send(server, key, form)
      expect([status, body.token_type]).toEqual([200, 'DPoP'])
      expect(headers.get('dpop-nonce')).toMatch(/^[\w-]{48}$/)
      expect(decodeJwt(body.access_token ?? '').cnf).toEqual({ jkt: key.jkt })
      const bearer = await post(server, form)
      expect([bearer.status, bearer.body.token_type]).toEqual([200, 'Bearer'])
      expect(decodeJwt(bearer.body.access_token ?? '')).not.toHaveProperty('cnf')
    },
  )

  it('RFC 9449 §6.2: introspection tells the key and the type', async () => {
    const { server, key, form } = await startScene()
    const { body } = await send(server, key, form)
    const { client_id = '', client_secret = '' } = form as Body
    const asked = { client_id, client_secret, token: body.access_token ?? '' }
    const response = await fetch(`${server.issuer}/introspect`, { method: 'POST', body: new URLSearchParams(asked) })
    expect(await response.json()).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: key.jkt } })
  })

  it('RFC 9449 §4.3: what is no proof gets invalid_dpop_proof, whatever is wrong with it', async () => {
    const { server, key, form } = await startScene()
    const other = await createDpopClient()
    const nonce = await takeNonce(server, key)
    const now = Math.floor(server.clock.now() / 1000)
    const good = await prove(server, key, { nonce })
    const withClaims = (claims: ProofRequest['claims'] & object) => prove(server, key, { nonce, claims })
    const withHeader = (header: ProofRequest['header'] & object) => prove(server, key, { nonce, header })
    const proofs: Record<string, string> = {
      'two proofs': `${good}, ${good}`,
      'no JWS': 'a.b.c',
      'an empty header': '',
      'a damaged signature': `${good.slice(0, -8)}AAAAAAAA`,
      oversized: await withClaims({ more: 'A'.repeat(4096) }),
      'no jti': await withClaims({ jti: undefined }),
      'an empty jti': await withClaims({ jti: '' }),
      'a numeric jti': await withClaims({ jti: 7 }),
      'a long jti': await withClaims({ jti: 'A'.repeat(257) }),
      'no htm': await withClaims({ htm: undefined }),
      'another htm': await withClaims({ htm: 'GET' }),
      'no htu': await withClaims({ htu: undefined }),
      'another path': await withClaims({ htu: `${server.issuer}/userinfo` }),
      'another host': await withClaims({ htu: 'https://evil.example.com/token' }),
      'no iat': await withClaims({ iat: undefined }),
      'an hour old': await withClaims({ iat: now - 3600 }),
      'an hour early': await withClaims({ iat: now + 3600 }),
      'another typ': await withHeader({ typ: 'JWT' }),
      'no typ': await withHeader({ typ: undefined }),
      'no jwk': await withHeader({ jwk: undefined }),
      'another key’s jwk': await withHeader({ jwk: other.jwk }),
      'a private jwk': await withHeader({ jwk: { ...key.jwk, d: 'AAAA' } }),
      'a symmetric jwk': await withHeader({ jwk: { kty: 'oct', k: 'AAAA' } }),
      'a jwk of no kind': await withHeader({ jwk: { kty: 'constructor' } }),
      'a jwk off the curve': await withHeader({ jwk: { ...key.jwk, x: key.jwk.y } }),
    }
    for (const [title, proof] of Object.entries(proofs)) {
      const { status, body } = await post(server, form, proof)
      expect([title, status, body.error]).toEqual([title, 400, 'invalid_dpop_proof'])
    }
  })

  it.each([1n, 3n, 2n ** 64n + 13n, 2n ** 2040n + 1n])(
    'NIST SP 800-56B §6.2: nothing is verified with an RSA key of the exponent %s, which is forged or costs too much',
    async (exponent) => {
      const { server, form } = await startScene()
      const { status, body } = await post(
        server,
        form,
        await prove(server, await createDpopClient('RS256', makeRsaKey(exponent))),
      )
      expect([status, body.error]).toEqual([400, 'invalid_dpop_proof'])
    },
  )

  it('RFC 9449 §4.3: a proof that is ten seconds off is taken, as is one for another spelling of the address', async () => {
    const { server, key, form } = await startScene()
    const nonce = await takeNonce(server, key)
    const now = Math.floor(server.clock.now() / 1000)
    const { protocol, host } = new URL(server.issuer)
    for (const claims of [
      { iat: now - 10 },
      { iat: now + 10 },
      { htu: `${protocol.toUpperCase()}//${host}/token?a=1#b` },
      { htu: `${protocol}//${host}/x/../%74oken` },
    ]) {
      expect((await post(server, form, await prove(server, key, { nonce, claims }))).status).toBe(200)
    }
  })

  it('RFC 9449 §11.1: of 20 requests with one proof at a time exactly one gets a token', async () => {
    const { server, key, form } = await startScene()
    const proof = await prove(server, key, { nonce: await takeNonce(server, key) })
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(server, form, proof)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.error === 'invalid_dpop_proof')).toHaveLength(19)
  })

  it('RFC 9449 §8, §11.1: a nonce of one server is good at another on the same database, and a proof used at one is refused by the other', async () => {
    const databaseUrl = await createUrl()
    const one = await start({ databaseUrl })
    const { issuer, secrets } = one.config
    // As behind one name: to both the proof is for the same URL.
    const other = await start({ databaseUrl, config: { issuer, secrets } })
    await addApi(one, { audience, scopes: ['orders:read'] })
    const machine = await addClient(one, {
      ...{ type: 'confidential', redirectUris: [], grants: ['client_credentials'], scopes: ['orders:read'] },
    })
    const form = { ...machine, grant_type: 'client_credentials', resource: audience }
    const key = await createDpopClient()
    const nonce = await takeNonce(one, key)
    const proof = await prove(one, key, { nonce })
    expect((await post(one, form, proof)).status).toBe(200)
    expect((await post(other, form, proof)).body.error).toBe('invalid_dpop_proof')
    expect((await post(other, form, await prove(one, key, { nonce }))).status).toBe(200)
    const stranger = await start({ databaseUrl: await createUrl(), config: { issuer } })
    const foreign = await prove(one, key, { nonce: await takeNonce(stranger, key) })
    expect((await post(other, form, foreign)).body.error).toBe('use_dpop_nonce')
  })

  it('RFC 9449 §8: a nonce is over after some minutes', async () => {
    const { server, key, form } = await startScene()
    const nonce = await takeNonce(server, key)
    server.clock.set(server.clock.now() + 119_000)
    expect((await post(server, form, await prove(server, key, { nonce }))).status).toBe(200)
    server.clock.set(server.clock.now() + 121_000)
    expect((await post(server, form, await prove(server, key, { nonce }))).body.error).toBe('use_dpop_nonce')
  })

  it('RFC 9449 §5: a refresh token of a public client works with the key alone', async () => {
    const { server, key } = await startScene()
    const client = await addClient(server)
    const { code = '' } = await takeCode(server, client.client_id)
    const first = await send(server, key, {
      ...client,
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
    })
    expect([first.status, first.body.token_type]).toEqual([200, 'DPoP'])
    const session = await findSession(server.running.installation.database.read, first.body.session_id ?? '')
    expect(session?.dpopJkt).toBe(key.jkt)
    const form = { ...client, grant_type: 'refresh_token', refresh_token: first.body.refresh_token ?? '' }
    expect((await post(server, form)).body.error).toBe('invalid_dpop_proof')
    expect((await send(server, await createDpopClient(), form)).body.error).toBe('invalid_grant')
    expect((await acts(server)).filter((act) => act === 'session.foreign_key')).toHaveLength(2)
    const second = await send(server, key, form)
    expect([second.status, second.body.token_type]).toEqual([200, 'DPoP'])
    // Even an old token, which would end the session, does nothing without the key.
    server.clock.set(server.clock.now() + 31_000)
    await send(server, key, { ...form, refresh_token: second.body.refresh_token ?? '' })
    expect((await post(server, form)).body.error).toBe('invalid_dpop_proof')
    expect(await acts(server)).not.toContain('session.ended')
  })

  it('a forged refresh token is refused before its proof is used up: whoever sends many of them has nothing written', async () => {
    const { server, key } = await startScene()
    const client = await addClient(server)
    const { code = '' } = await takeCode(server, client.client_id)
    const redeem = { ...client, grant_type: 'authorization_code', code, code_verifier: verifier }
    const { body } = await send(server, key, redeem)
    const refresh_token = body.refresh_token ?? ''
    const forged = refresh_token.replace(/.{8}$/, (end) => [...end].reverse().join(''))
    const proof = await prove(server, key, { nonce: await takeNonce(server, key) })
    const form = { ...client, grant_type: 'refresh_token' }
    expect((await post(server, { ...form, refresh_token: forged }, proof)).body.error).toBe('invalid_grant')
    expect((await post(server, { ...form, refresh_token }, proof)).status).toBe(200)
    expect((await post(server, { ...form, refresh_token }, proof)).body.error).toBe('invalid_dpop_proof')
  })

  it('RFC 9449 §5: the refresh token of a confidential client is bound to the client, and its access token to the key of the day', async () => {
    const { server, key } = await startScene()
    const client = await addClient(server, { type: 'confidential' })
    const { code = '' } = await takeCode(server, client.client_id)
    const first = await send(server, key, {
      ...client,
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
    })
    const next = await createDpopClient()
    const form = { ...client, grant_type: 'refresh_token', refresh_token: first.body.refresh_token ?? '' }
    expect(decodeJwt((await send(server, next, form)).body.access_token ?? '').cnf).toEqual({ jkt: next.jkt })
  })

  it('RFC 9449 §10: a code that was asked for with dpop_jkt is redeemed with that key alone', async () => {
    const { server, key } = await startScene()
    const client = await addClient(server)
    const { code = '' } = await takeCode(server, client.client_id, { dpop_jkt: key.jkt })
    const form = { ...client, grant_type: 'authorization_code', code, code_verifier: verifier }
    expect((await post(server, form)).body.error).toBe('invalid_grant')
    expect((await send(server, await createDpopClient(), form)).body.error).toBe('invalid_grant')
    expect((await send(server, key, form)).status).toBe(200)
    expect((await takeCode(server, client.client_id, { dpop_jkt: 'x' })).error).toBe('invalid_request')
  })

  it('RFC 9449 §5.2: a client with dpop_bound_access_tokens gets nothing without a proof, at any door', async () => {
    const { server, key, form } = await startScene()
    const machine = await addClient(server, {
      ...{ type: 'confidential', redirectUris: [], grants: ['client_credentials'], scopes: ['orders:read'] },
      isDpopRequired: true,
    })
    expect((await post(server, { ...form, ...machine })).body.error).toBe('invalid_dpop_proof')
    expect((await send(server, key, { ...form, ...machine })).body.token_type).toBe('DPoP')
    const app = await addClient(server, { isDpopRequired: true })
    const { code = '' } = await takeCode(server, app.client_id)
    const redeem = { ...app, grant_type: 'authorization_code', code, code_verifier: verifier }
    expect((await post(server, redeem)).body.error).toBe('invalid_dpop_proof')
    const { body } = await send(server, key, redeem)
    const refresh = { ...app, grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' }
    expect((await post(server, refresh)).body.error).toBe('invalid_dpop_proof')
    expect((await logIn(server, { ...person, audience, ...app })).status).toBe(400)
  })

  it('RFC 8693, RFC 9449: a bound token is exchanged for a bound one only, by its client with the same key, by its API with any', async () => {
    const { server, key, form } = await startScene()
    const app = await addClient(server, { type: 'confidential', grants: ['authorization_code', exchange] })
    const { code = '' } = await takeCode(server, app.client_id)
    const redeem = { ...app, grant_type: 'authorization_code', code, code_verifier: verifier }
    const { body } = await send(server, key, redeem)
    const { client_id = '', client_secret = '' } = form as Body
    const asked = {
      ...{ grant_type: exchange, subject_token: body.access_token ?? '', scope: 'orders:read' },
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }
    const ofApi = { ...asked, client_id, client_secret }
    expect((await post(server, ofApi)).body.error).toBe('invalid_dpop_proof')
    const apiKey = await createDpopClient()
    const exchanged = await send(server, apiKey, ofApi)
    expect([exchanged.status, exchanged.body.token_type]).toEqual([200, 'DPoP'])
    expect(decodeJwt(exchanged.body.access_token ?? '').cnf).toEqual({ jkt: apiKey.jkt })
    const ofApp = { ...asked, ...app }
    expect((await post(server, ofApp)).body.error).toBe('invalid_dpop_proof')
    expect((await send(server, apiKey, ofApp)).body.error).toBe('invalid_dpop_proof')
    expect((await send(server, key, ofApp)).status).toBe(200)
  })

  it('RFC 9449 §7: userinfo takes a bound token with its proof, once, and never as Bearer', async () => {
    const { server, key } = await startScene()
    const app = await addClient(server)
    const { code = '' } = await takeCode(server, app.client_id)
    const redeem = { ...app, grant_type: 'authorization_code', code, code_verifier: verifier }
    const accessToken = (await send(server, key, redeem)).body.access_token ?? ''
    const url = `${server.issuer}/userinfo`
    const nonce = await takeNonce(server, key)
    const ask = async (scheme: string, proof: string | undefined, token = accessToken, method = 'GET') => {
      const headers = { authorization: `${scheme} ${token}`, ...(proof === undefined ? {} : { dpop: proof }) }
      const response = await fetch(url, { method, headers })
      return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' }
    }
    const proofFor = (more: Partial<ProofRequest> = {}) =>
      key.prove({ url, method: 'GET', now: server.clock.now(), nonce, accessToken, ...more })
    for (const method of ['GET', 'POST']) {
      const proof = await proofFor({ method })
      expect((await ask('DPoP', proof, accessToken, method)).status).toBe(200)
      expect(await ask('DPoP', proof, accessToken, method)).toMatchObject({
        status: 401,
        challenge: expect.stringMatching(/^DPoP error="invalid_dpop_proof", .*, algs="ES256 /),
      })
    }
    const other = await createDpopClient()
    const refused: [string, Promise<{ status: number; challenge: string }>][] = [
      ['Bearer error="invalid_token"', ask('Bearer', await proofFor())],
      ['DPoP error="invalid_dpop_proof"', ask('DPoP', undefined)],
      ['DPoP error="invalid_dpop_proof"', ask('DPoP', await proofFor({ method: 'POST' }))],
      ['DPoP error="invalid_dpop_proof"', ask('DPoP', await proofFor({ accessToken: 'another' }))],
      ['DPoP error="invalid_dpop_proof"', ask('DPoP', await proofFor({ claims: { ath: undefined } }))],
      ['DPoP error="invalid_dpop_proof"', ask('DPoP', await proofFor({ url: `${server.issuer}/token` }))],
      ['DPoP error="use_dpop_nonce"', ask('DPoP', await proofFor({ nonce: undefined }))],
      [
        'DPoP error="invalid_token"',
        ask('DPoP', await other.prove({ url, method: 'GET', now: server.clock.now(), nonce, accessToken })),
      ],
    ]
    for (const [start, answer] of refused) {
      expect(await answer).toMatchObject({ status: 401, challenge: expect.stringMatching(new RegExp(`^${start}`)) })
    }
    const nothing = await fetch(url)
    expect(nothing.headers.get('www-authenticate')).toMatch(/^Bearer realm="ostiary", DPoP algs="ES256 /)
  })
})
