import { decodeJwt } from 'jose'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { startDocumentHost } from '../../../testing/document-host.ts'
import { postForm } from '../../../testing/revoking.ts'
import { goodClaims, makeSigner, type Signer } from '../../../testing/signer.ts'
import { addApi, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { JWT_BEARER_GRANT, parseClient } from '../../domain/clients/parse-client.ts'
import { distrustIssuer } from '../../domain/trusted-issuers/distrust-issuer.ts'
import { parseTrust } from '../../domain/trusted-issuers/parse-trust.ts'
import { trustIssuer } from '../../domain/trusted-issuers/trust-issuer.ts'
import type { FetchPublicDocument } from '../../platform/public-fetch/fetch-public-document.ts'

const orders = 'https://orders.example.com'
const stock = 'https://stock.example.com'
const cluster = 'https://kubernetes.default.svc.cluster.local'
const subject = 'system:serviceaccount:shop:worker'

let signer: Signer
let stranger: Signer
beforeAll(async () => {
  signer = await makeSigner('RS256')
  stranger = await makeSigner('RS256')
})

interface Registered {
  readonly id: string
  readonly authorization: string
}

interface Scene {
  readonly server: TestServer
  readonly worker: Registered
}

interface Answer {
  readonly status: number
  readonly body: Record<string, string>
}

async function addClient({ running }: TestServer, grants: readonly string[] = [JWT_BEARER_GRANT]): Promise<Registered> {
  const parsed = parseClient({ name: 'Worker', type: 'confidential', grants, scopes: ['orders:read', 'items:read'] })
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { client, secret } = await running.installation.database.write((tx) => createClient(tx, parsed.client, 'cli'))
  return { id: client.id, authorization: `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}` }
}

async function trust({ server, worker }: Scene, more: Partial<Parameters<typeof parseTrust>[0]> = {}) {
  const jwks = more.jwksUri === undefined ? { keys: [signer.publicJwk] } : undefined
  const parsed = parseTrust({ issuer: cluster, subject, clientId: worker.id, jwks, ...more }, server.issuer)
  if (!parsed.ok) throw new Error(parsed.sentence)
  return server.running.installation.database.write((tx) => trustIssuer(tx, parsed.trust, 'cli'))
}

/** As a cluster projects it: with a list of one audience. */
function claimsOf({ server }: Scene, more: object = {}): Record<string, unknown> {
  return { ...goodClaims(cluster, [server.issuer], server.clock.now()), sub: subject, ...more }
}

async function ask(
  { server }: Scene,
  assertion: string,
  more: Record<string, string> = {},
  authorization?: string,
): Promise<Answer> {
  const form = { grant_type: JWT_BEARER_GRANT, assertion, resource: orders, ...more }
  const response = await postForm(`${server.issuer}/token`, form, authorization)
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

type Forged = (scene: Scene) => Promise<string>

/** An assertion that is good but for these claims, or this header. */
const changed =
  (claims: object | ((scene: Scene) => object), header: Record<string, unknown> = {}): Forged =>
  (scene) =>
    signer.sign(claimsOf(scene, typeof claims === 'function' ? claims(scene) : claims), header)

const seconds = ({ server }: Scene) => Math.floor(server.clock.now() / 1000)

const forgeries: readonly (readonly [title: string, reason: string, forge: Forged])[] = [
  ['that expired 5 minutes ago', 'expired', changed((scene) => ({ exp: seconds(scene) - 300 }))],
  ['without exp', 'expiry', changed({ exp: undefined })],
  ['good for over an hour', 'too_long_lived', changed((scene) => ({ exp: seconds(scene) + 3601 }))],
  ['issued 16 s ahead', 'issued_at', changed((scene) => ({ iat: seconds(scene) + 16 }))],
  ['that begins 16 s ahead', 'not_before', changed((scene) => ({ nbf: seconds(scene) + 16 }))],
  ['without sub', 'subject', changed({ sub: undefined })],
  ['of another subject', 'unknown_subject', changed({ sub: `${subject}2` })],
  ['of a subject of another case', 'unknown_subject', changed({ sub: subject.toUpperCase() })],
  ['of another issuer', 'unknown_issuer', changed({ iss: 'https://other.example' })],
  ['of the issuer with a slash', 'unknown_issuer', changed({ iss: `${cluster}/` })],
  ['of an issuer with NUL', 'unknown_issuer', changed({ iss: `${cluster}\0` })],
  ['without iss', 'unknown_issuer', changed({ iss: undefined })],
  ['without aud', 'audience', changed({ aud: undefined })],
  ['for the cluster itself', 'audience', changed({ aud: [cluster] })],
  ['for two', 'audience', changed(({ server }) => ({ aud: [server.issuer, cluster] }))],
  ['for nobody', 'audience', changed({ aud: [] })],
  ['for a list in a list', 'audience', changed(({ server }) => ({ aud: [[server.issuer]] }))],
  ['for the token endpoint', 'audience', changed(({ server }) => ({ aud: `${server.issuer}/token` }))],
  ['without jti', 'jti', changed({ jti: undefined })],
  ['of the type of a client’s proof', 'type', changed({}, { typ: 'client-authentication+jwt' })],
  ['of the type of a logout token', 'type', changed({}, { typ: 'logout+jwt' })],
  ['with a kid of nobody', 'unknown_key', changed({}, { kid: 'second' })],
  [
    'of another algorithm',
    'signature',
    async (scene) => {
      const [, payload, signature] = (await signer.sign(claimsOf(scene))).split('.')
      const header = Buffer.from(JSON.stringify({ alg: 'PS256', kid: 'first' })).toString('base64url')
      return `${header}.${payload}.${signature}`
    },
  ],
  ['signed with a stranger’s key', 'signature', async (scene) => stranger.sign(claimsOf(scene))],
  [
    'with alg none',
    'algorithm',
    async (scene) => {
      const header = Buffer.from('{"alg":"none"}').toString('base64url')
      return `${header}.${Buffer.from(JSON.stringify(claimsOf(scene))).toString('base64url')}.`
    },
  ],
  ['that is no JWT', 'malformed', async () => 'a.b.c'],
  ['that is far too long', 'malformed', changed({ more: 'x'.repeat(8000) })],
]

forEachDatabase('POST /token with grant_type=jwt-bearer', ({ createUrl }) => {
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })

  async function start(fetchDocument?: FetchPublicDocument): Promise<Scene> {
    const server = await startTestServer({ databaseUrl: await createUrl(), ...(fetchDocument && { fetchDocument }) })
    stops.push(() => server.stop())
    await addApi(server, { audience: orders, scopes: ['orders:read', 'orders:write'], lifetimeSeconds: 150 })
    await addApi(server, { audience: stock, scopes: ['items:read'], lifetimeSeconds: 30 })
    return { server, worker: await addClient(server) }
  }

  it('RFC 7523 §2.1: a workload gets a token of the client that it stands for, with the client’s scopes, and no refresh token', async () => {
    const scene = await start()
    await trust(scene)
    const claims = claimsOf(scene)
    const { status, body } = await ask(scene, await signer.sign(claims))
    const { access_token = '', ...rest } = body
    expect([status, rest]).toEqual([200, { token_type: 'Bearer', expires_in: 60, scope: 'orders:read' }])
    const { id } = scene.worker
    const token = decodeJwt(access_token)
    expect(token).toMatchObject({ iss: scene.server.issuer, sub: id, client_id: id, aud: orders, exp: claims.exp })
    expect(token).not.toHaveProperty('sid')
    const { database } = scene.server.running.installation
    const [used] = await listAuditEvents(database.read, { act: 'assertion.used', limit: 1 })
    expect(used).toMatchObject({
      actor: `client:${id}`,
      outcome: 'done',
      clientId: id,
      detail: { issuer: cluster, subject, jti: claims.jti },
    })
  })

  it('RFC 7521 §4.1, RFC 8707 §2: the API that is named, no longer than its tokens and the assertion live, and what the client may', async () => {
    const scene = await start()
    await trust(scene)
    const sign = (more: object = {}) => signer.sign(claimsOf(scene, more))
    expect(await ask(scene, await sign(), { resource: stock })).toMatchObject({
      status: 200,
      body: { expires_in: 30, scope: 'items:read' },
    })
    const exp = seconds(scene) + 3600
    expect(await ask(scene, await sign({ exp }))).toMatchObject({ status: 200, body: { expires_in: 150 } })
    const narrowed = await ask(scene, await sign({ aud: scene.server.issuer }), { scope: 'orders:read' })
    expect(narrowed).toMatchObject({ status: 200, body: { scope: 'orders:read' } })
    for (const [more, error] of [
      [{ scope: 'orders:write' }, 'invalid_scope'],
      [{ resource: 'https://none.example.com' }, 'invalid_target'],
    ] as const) {
      expect(await ask(scene, await sign(), more)).toMatchObject({ status: 400, body: { error } })
    }
  })

  it('RFC 7521 §4.1.1: an assertion that fails in one point is invalid_grant, the log has the reason and not the assertion, and its jti stays good', async () => {
    const scene = await start()
    await trust(scene)
    const bodies = new Set<string>()
    for (const [title, reason, forge] of forgeries) {
      const forged = await forge(scene)
      const before = scene.server.logText().length
      const { status, body } = await ask(scene, forged)
      bodies.add(JSON.stringify({ ...body, incident_id: undefined }))
      expect([title, status, body.error]).toEqual([title, 400, 'invalid_grant'])
      const logged = scene.server.logText().slice(before)
      expect([title, logged]).toEqual([title, expect.stringContaining(`"reason":"${reason}"`)])
      expect(scene.server.logText()).not.toContain(forged)
    }
    expect(bodies.size).toBe(1)
    const claims = claimsOf(scene)
    expect((await ask(scene, await stranger.sign(claims))).status).toBe(400)
    expect((await ask(scene, await signer.sign(claims))).status).toBe(200)
    const { database } = scene.server.running.installation
    expect(await listAuditEvents(database.read, { act: 'assertion.used', limit: 9 })).toHaveLength(1)
  })

  it('RFC 7523 §2.1: an assertion that is missing, empty, oversized or with control characters is invalid_request', async () => {
    const scene = await start()
    for (const assertion of ['', 'x'.repeat(20_000), 'a\0b']) {
      expect(await ask(scene, assertion)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    }
    const missing = await postForm(`${scene.server.issuer}/token`, { grant_type: JWT_BEARER_GRANT })
    expect([missing.status, await missing.json()]).toMatchObject([400, { error: 'invalid_request' }])
    const twice = new URLSearchParams([
      ['grant_type', JWT_BEARER_GRANT],
      ['assertion', 'a'],
      ['assertion', 'b'],
    ])
    const repeated = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: twice })
    expect([repeated.status, await repeated.json()]).toMatchObject([400, { error: 'invalid_request' }])
  })

  it('RFC 7523 §3: of 20 parallel uses of one assertion one succeeds', async () => {
    const scene = await start()
    await trust(scene)
    const assertion = await signer.sign(claimsOf(scene))
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(scene, assertion)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(19)
    const { database } = scene.server.running.installation
    expect(await listAuditEvents(database.read, { act: 'assertion.used', limit: 30 })).toHaveLength(1)
  })

  it('RFC 7521 §4.1: a client that says who it is must be the one that the assertion stands for', async () => {
    const scene = await start()
    await trust(scene)
    const other = await addClient(scene.server)
    const sign = () => signer.sign(claimsOf(scene))
    const { id, authorization } = scene.worker
    expect((await ask(scene, await sign(), {}, authorization)).status).toBe(200)
    expect((await ask(scene, await sign(), { client_id: id })).status).toBe(200)
    const foreign = { status: 400, body: { error: 'invalid_grant' } }
    expect(await ask(scene, await sign(), {}, other.authorization)).toMatchObject(foreign)
    expect(await ask(scene, await sign(), { client_id: other.id })).toMatchObject(foreign)
    const wrong = `Basic ${Buffer.from(`${id}:wrong`).toString('base64')}`
    for (const [more, header] of [
      [{}, wrong],
      [{ client_id: id, client_secret: 'wrong' }, undefined],
      [{ client_id: '\0' }, undefined],
    ] as const) {
      const { status, body } = await ask(scene, await sign(), more, header)
      expect([status >= 400 && status < 500, ['invalid_client', 'invalid_request'].includes(body.error ?? '')]).toEqual(
        [true, true],
      )
    }
  })

  it('RFC 7523 §2.1: trust is by subject, is audited, and ends at once when it is taken back', async () => {
    const scene = await start()
    const { database } = scene.server.running.installation
    const without = await addClient(scene.server, ['client_credentials'])
    expect(await trust(scene, { clientId: 'cli_none' })).toEqual({ ok: false, reason: 'unknown_client' })
    expect(await trust(scene, { clientId: without.id })).toEqual({ ok: false, reason: 'missing_grant' })
    expect(await trust(scene, { jwks: undefined })).toEqual({ ok: false, reason: 'missing_keys' })
    expect(await trust(scene)).toEqual({ ok: true })
    expect(await trust(scene, { subject: 'second', jwks: undefined })).toEqual({ ok: true })
    const trusted = await listAuditEvents(database.read, { act: 'issuer.trusted', limit: 9 })
    expect(trusted).toHaveLength(2)
    expect(trusted).toContainEqual(
      expect.objectContaining({
        actor: 'cli',
        clientId: scene.worker.id,
        detail: { issuer: cluster, subject: 'second', keys: false },
      }),
    )
    const status = async (sub: string) => (await ask(scene, await signer.sign(claimsOf(scene, { sub })))).status
    expect([await status(subject), await status('second')]).toEqual([200, 200])
    const distrust = (one?: string) =>
      database.write((tx) => distrustIssuer(tx, { issuer: cluster, subject: one }, 'cli'))
    expect([await distrust('second'), await distrust('second')]).toEqual([true, false])
    expect([await status(subject), await status('second')]).toEqual([200, 400])
    expect([await distrust(), await distrust()]).toEqual([true, false])
    expect(await status(subject)).toBe(400)
    expect(await listAuditEvents(database.read, { act: 'issuer.distrusted', limit: 9 })).toHaveLength(2)
  })

  it('RFC 7523 §3: keys of an issuer at a jwks_uri are read there, and a rotated one is found', async () => {
    const host = await startDocumentHost()
    stops.push(() => host.stop())
    const scene = await start(host.fetchDocument)
    await trust(scene, { jwksUri: `${host.origin}/jwks` })
    const next = await makeSigner('RS256', 'second')
    let keys = [signer.publicJwk]
    host.answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }))
    expect((await ask(scene, await signer.sign(claimsOf(scene)))).status).toBe(200)
    keys = [signer.publicJwk, next.publicJwk]
    scene.server.clock.set(scene.server.clock.now() + 30_000)
    expect((await ask(scene, await next.sign(claimsOf(scene)))).status).toBe(200)
    expect(host.asked).toEqual(['/jwks', '/jwks'])
  })

  it('RFC 7523 §2.1: another server of this kind can vouch for its clients by their access tokens', async () => {
    const scene = await start()
    const other = await startTestServer({ databaseUrl: await createUrl() })
    stops.push(() => other.stop())
    other.clock.set(scene.server.clock.now())
    await addApi(other, { audience: scene.server.issuer, scopes: ['login'] })
    const { id, authorization } = await addClient(other, ['client_credentials'])
    const form = { grant_type: 'client_credentials', resource: scene.server.issuer }
    const { access_token = '' } = (await (await postForm(`${other.issuer}/token`, form, authorization)).json()) as {
      access_token?: string
    }
    const jwks: unknown = await (await fetch(`${other.issuer}/.well-known/jwks.json`)).json()
    await trust(scene, { issuer: other.issuer, subject: id, jwks })
    expect(await ask(scene, access_token)).toMatchObject({ status: 200, body: { scope: 'orders:read' } })
    expect(await ask(scene, access_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })
})
