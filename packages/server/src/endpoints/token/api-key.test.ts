import { createGuard } from '@ostiary/guard'
import { decodeJwt } from 'jose'
import { afterEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addConfidentialClient, postForm, type TestClient } from '../../../testing/revoking.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import type { ApiKey } from '../../domain/api-keys/api-key.ts'
import { draftApiKey } from '../../domain/api-keys/api-key-text.ts'
import { createApiKey, type NewKeyOwner } from '../../domain/api-keys/create-api-key.ts'
import { findApiKey } from '../../domain/api-keys/find-api-key.ts'
import { parseApiKey } from '../../domain/api-keys/parse-api-key.ts'
import { revokeKeysOfAccount } from '../../domain/api-keys/revoke-api-key.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { giveRole } from '../../domain/revocation-acts/change-roles.ts'
import { type RevocationTarget, revoke } from '../../domain/revocation-acts/revoke.ts'

const audience = 'https://orders.example.com'
const other = 'https://stock.example.com'
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const apiKeyType = 'urn:ostiary:params:oauth:token-type:api_key'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const DAY_MS = 86_400_000

type Form = Readonly<Record<string, string>>
type Body = Readonly<Record<string, string>>

forEachDatabase('POST /token with an API key', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  interface Scene {
    readonly server: TestServer
    readonly accountId: string
    readonly client: TestClient
  }

  async function start(): Promise<Scene> {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    await addApi(server, { audience, scopes: ['orders:read', 'orders:write'], lifetimeSeconds: 150 })
    await addApi(server, { audience: other, scopes: ['items:read'] })
    const accountId = await addAccount(server, 'ada', 'a long walk along the river')
    const client = await addConfidentialClient(server, [`introspect:${audience}`, 'orders:read'])
    return { server, accountId, client }
  }

  async function addKey(
    { server }: Scene,
    owner: NewKeyOwner,
    { scopes, expires }: { readonly scopes?: readonly string[]; readonly expires?: string } = {},
  ): Promise<{ readonly key: ApiKey; readonly text: string }> {
    const parsed = parseApiKey({ name: 'Nightly report', audience, scopes, expires })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const created = await server.running.installation.database.write((tx) =>
      createApiKey(tx, owner, parsed.description, 'cli'),
    )
    if (!created.ok) throw new Error(created.reason)
    return created
  }

  async function ask(
    { server }: Scene,
    text: string,
    more: Form = {},
    authorization?: string,
  ): Promise<{ readonly status: number; readonly body: Body }> {
    const form = { grant_type: exchange, subject_token: text, subject_token_type: apiKeyType, ...more }
    const response = await postForm(`${server.issuer}/token`, form, authorization)
    return { status: response.status, body: (await response.json()) as Body }
  }

  async function isActive({ server, client }: Scene, token = ''): Promise<unknown> {
    const response = await postForm(`${server.issuer}/introspect`, { token }, client.authorization)
    return ((await response.json()) as { active: unknown }).active
  }

  function act({ server }: Scene, target: RevocationTarget): ReturnType<typeof revoke> {
    const { installation } = server.running
    return revoke({ ...installation, issuer: server.issuer }, target, 'cli')
  }

  it('RFC 8693 §2.2: a person’s key gives a token of the person, without any client, that names the key as its session', async () => {
    const scene = await start()
    const { server, accountId } = scene
    const { key, text } = await addKey(scene, { accountId }, { scopes: ['orders:read'] })
    expect(text).toMatch(/^ok_[A-Za-z0-9_-]{69}[AQgw]$/)
    const { status, body } = await ask(scene, text)
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', issued_token_type: accessToken, expires_in: 150, scope: 'orders:read' },
    })
    expect(body).not.toHaveProperty('refresh_token')
    const claims = decodeJwt(body.access_token ?? '')
    expect(claims).toMatchObject({ sub: accountId, client_id: 'ostiary', sid: key.id, aud: audience })
    expect(claims).not.toHaveProperty('auth_time')
    expect(await isActive(scene, body.access_token)).toBe(true)
    const { read } = server.running.installation.database
    expect((await findApiKey(read, key.id))?.usedAt).toBe(server.clock.now())
    expect(await listAuditEvents(read, { limit: 50 })).toContainEqual(
      expect.objectContaining({ act: 'api_key.used', accountId, network: '127.0.0.1', actor: `account:${accountId}` }),
    )
  })

  it('RFC 9068 §2.2: a client’s key gives a token of the client for itself, with the scopes that it is registered for', async () => {
    const scene = await start()
    const { client } = scene
    const { text } = await addKey(scene, { clientId: client.id })
    const { body } = await ask(scene, text)
    expect(decodeJwt(body.access_token ?? '')).toMatchObject({
      sub: client.id,
      client_id: client.id,
      scope: 'orders:read',
    })
    expect(await isActive(scene, body.access_token)).toBe(true)
    await expect(addKey(scene, { clientId: client.id }, { scopes: ['orders:write'] })).rejects.toThrow('foreign_scope')
    await expect(addKey(scene, { clientId: 'ostiary' })).rejects.toThrow('unknown_owner')
  })

  it('a client that is named must be proved, and be the owner of a client’s key', async () => {
    const scene = await start()
    const { client, accountId } = scene
    const stranger = await addConfidentialClient(scene.server, [])
    const ofClient = await addKey(scene, { clientId: client.id })
    const ofAccount = await addKey(scene, { accountId })
    expect((await ask(scene, ofClient.text, {}, client.authorization)).status).toBe(200)
    expect((await ask(scene, ofClient.text, {}, stranger.authorization)).body.error).toBe('invalid_request')
    expect((await ask(scene, ofAccount.text, {}, stranger.authorization)).status).toBe(200)
    for (const { text } of [ofClient, ofAccount]) {
      expect((await ask(scene, text, {}, 'Basic bm9ib2R5OnNlY3JldA==')).status).toBe(401)
      expect((await ask(scene, text, { client_id: client.id })).status).toBe(401)
      expect((await ask(scene, text, { client_id: '' })).status).toBe(200)
    }
  })

  it('RFC 8693 §2.1, RFC 8707 §2: scope narrows and never widens; another API is no target', async () => {
    const scene = await start()
    const { text } = await addKey(scene, scene, { scopes: ['orders:read'] })
    expect((await ask(scene, text, { scope: 'orders:read', resource: audience })).body.scope).toBe('orders:read')
    expect((await ask(scene, text, { scope: 'orders:write' })).body.error).toBe('invalid_scope')
    expect((await ask(scene, text, { scope: 'nothing' })).body.error).toBe('invalid_scope')
    expect((await ask(scene, text, { audience: other })).body.error).toBe('invalid_target')
    expect((await ask(scene, text, { resource: 'https://nobody.example.com' })).body.error).toBe('invalid_target')
  })

  it('a token never outlives its key, and an expired key gives none', async () => {
    const scene = await start()
    const { server } = scene
    const { key, text } = await addKey(scene, scene, { expires: '1d' })
    const end = key.expiresAt ?? 0
    server.clock.set(end - 60_000)
    const { body } = await ask(scene, text)
    expect(Number(body.expires_in)).toBe(60)
    expect(decodeJwt(body.access_token ?? '').exp).toBe(end / 1000)
    server.clock.set(end - 1)
    expect(Number((await ask(scene, text)).body.expires_in)).toBe(1)
    server.clock.set(end)
    expect((await ask(scene, text)).body.error).toBe('invalid_request')
    const forever = await addKey(scene, scene, { expires: 'never' })
    server.clock.set(server.clock.now() + 2000 * DAY_MS)
    expect((await ask(scene, forever.text)).status).toBe(200)
  })

  it('20 exchanges at once all give a token, and write one use down; the next is written a minute later', async () => {
    const scene = await start()
    const { server } = scene
    const { text } = await addKey(scene, scene)
    const countUses = async (): Promise<number> => {
      const events = await listAuditEvents(server.running.installation.database.read, { limit: 100 })
      return events.filter((event) => event.act === 'api_key.used').length
    }
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(scene, text)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(new Set(answers.map(({ body }) => decodeJwt(body.access_token ?? '').jti)).size).toBe(20)
    expect(await countUses()).toBe(1)
    server.clock.set(server.clock.now() + 59_999)
    await ask(scene, text)
    expect(await countUses()).toBe(1)
    server.clock.set(server.clock.now() + 1)
    await ask(scene, text)
    expect(await countUses()).toBe(2)
  })

  it('a key that is revoked gives nothing, and a guard that follows the feed refuses what it gave', async () => {
    const scene = await start()
    const { key, text } = await addKey(scene, scene)
    const { body } = await ask(scene, text)
    const guard = createGuard({ issuer: scene.server.issuer, audience, clock: () => scene.server.clock.now() })
    try {
      await guard.verify(body.access_token ?? '')
      expect(await act(scene, { kind: 'api_key', id: key.id })).toMatchObject({ ok: true })
      await expect
        .poll(() =>
          guard.verify(body.access_token ?? '').then(
            () => 'good',
            () => 'refused',
          ),
        )
        .toBe('refused')
    } finally {
      guard.close()
    }
    expect(await isActive(scene, body.access_token)).toBe(false)
    expect((await ask(scene, text)).body.error).toBe('invalid_request')
    expect(await act(scene, { kind: 'api_key', id: key.id })).toMatchObject({ ok: true })
    expect(await act(scene, { kind: 'api_key', id: 'nobody' })).toEqual({ ok: false, reason: 'unknown_api_key' })
  })

  it('no token lives on when its key is revoked while it is exchanged', async () => {
    const scene = await start()
    const { key, text } = await addKey(scene, scene)
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => ask(scene, text))),
      act(scene, { kind: 'api_key', id: key.id }),
    ])
    const tokens = answers.flatMap(({ body }) => (body.access_token === undefined ? [] : [body.access_token]))
    for (const token of tokens) expect(await isActive(scene, token)).toBe(false)
  })

  it('disabling the account revokes its keys for good', async () => {
    const scene = await start()
    const { server, accountId } = scene
    const { text } = await addKey(scene, { accountId })
    const { body } = await ask(scene, text)
    await server.running.installation.database.write(async (tx) => {
      await disableAccount(tx, accountId, 'cli')
      await revokeKeysOfAccount(tx, accountId, 'cli')
    })
    expect((await ask(scene, text)).body.error).toBe('invalid_request')
    expect(await isActive(scene, body.access_token)).toBe(false)
    await expect(addKey(scene, { accountId })).rejects.toThrow('unknown_owner')
  })

  it('signing out everywhere refuses the tokens until then, and the key lives on', async () => {
    const scene = await start()
    const { server, accountId } = scene
    const { text } = await addKey(scene, { accountId })
    const before = (await ask(scene, text)).body.access_token
    server.clock.set(server.clock.now() + 1)
    await act(scene, { kind: 'account', id: accountId })
    expect(await isActive(scene, before)).toBe(false)
    expect(await isActive(scene, (await ask(scene, text)).body.access_token)).toBe(true)
  })

  it('a role that is taken away outdates the tokens until then, in the same millisecond too', async () => {
    const scene = await start()
    const { server, accountId } = scene
    const { database } = server.running.installation
    const { text } = await addKey(scene, { accountId })
    const before = (await ask(scene, text)).body.access_token
    await giveRole(database, { accountId, role: 'admin', actor: 'cli' })
    expect(await isActive(scene, before)).toBe(false)
    expect(await isActive(scene, (await ask(scene, text)).body.access_token)).toBe(true)
  })

  it.each<[string, (scene: Scene) => RevocationTarget, boolean]>([
    ['everything', () => ({ kind: 'everything' }), false],
    ['its client', ({ client }) => ({ kind: 'client', id: client.id }), false],
    ['another client', () => ({ kind: 'client', id: 'ostiary' }), true],
  ])('revoking %s ends the client’s keys that were made before, and no later one', async (_, target, isGood) => {
    const scene = await start()
    const owner = { clientId: scene.client.id }
    const { text } = await addKey(scene, owner)
    await act(scene, target(scene))
    expect((await ask(scene, text)).status).toBe(isGood ? 200 : 400)
    const later = await ask(scene, (await addKey(scene, owner)).text)
    expect(await isActive(scene, later.body.access_token)).toBe(true)
  })

  it('RFC 7009 §2: whoever has a key may give it up, without a client; any other key of the right form is no error', async () => {
    const scene = await start()
    const { server, client } = scene
    const mine = await addKey(scene, scene)
    const second = await addKey(scene, scene)
    const url = `${server.issuer}/revoke`
    expect((await postForm(url, { token: draftApiKey().text })).status).toBe(200)
    expect((await postForm(url, { token: mine.text })).status).toBe(200)
    expect((await postForm(url, { token: mine.text })).status).toBe(200)
    expect((await postForm(url, { token: `${mine.text}x` })).status).toBe(401)
    expect((await ask(scene, mine.text)).status).toBe(400)
    expect((await postForm(url, { token: second.text }, 'Basic bm9ib2R5OnNlY3JldA==')).status).toBe(401)
    expect((await ask(scene, second.text)).status).toBe(200)
    expect((await postForm(url, { token: second.text }, client.authorization)).status).toBe(200)
    expect((await ask(scene, second.text)).status).toBe(400)
  })

  it('a forged, cut or mistyped key is refused before the database is asked for anything; one that is merely unknown after', async () => {
    const scene = await start()
    const { text } = await addKey(scene, scene)
    const { database } = scene.server.running.installation
    expect((await ask(scene, draftApiKey().text)).body.error).toBe('invalid_request')
    await database.close()
    const last = text.at(-1) ?? ''
    const forged = [
      text.slice(0, -1),
      `${text}A`,
      text.replace('ok_', 'or_'),
      text.slice(0, -1) + (last === 'A' ? 'Q' : 'A'),
      text.slice(0, 30) + (text[30] === 'A' ? 'B' : 'A') + text.slice(31),
      // The same bytes, spelled in another way.
      text.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1),
    ]
    for (const one of forged) expect((await ask(scene, one)).body.error).toBe('invalid_request')
    expect((await ask(scene, text)).status).toBe(503)
  })

  it.each<[string, Form]>([
    ['no subject_token', { subject_token: '' }],
    ['a subject_token that is none', { subject_token: 'abc' }],
    ['a subject_token that is too long', { subject_token: 'a'.repeat(16_385) }],
    ['a control character in it', { subject_token: `ok_\u0000${'a'.repeat(69)}` }],
    ['another requested type', { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['an actor_token', { actor_token: 'abc', actor_token_type: accessToken }],
    ['two targets', { resource: audience, audience: other }],
    ['a scope that is too long', { scope: 'a'.repeat(4097) }],
  ])('RFC 8693 §2.2.2: %s is refused as invalid_request', async (_, more) => {
    expect(await ask(await start(), '', more)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  it('RFC 6749 §3.2: a parameter twice is invalid_request', async () => {
    const scene = await start()
    const { text } = await addKey(scene, scene)
    const body = new URLSearchParams({ grant_type: exchange, subject_token: text, subject_token_type: apiKeyType })
    body.append('subject_token', text)
    const response = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body })
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
    expect(scene.server.logText()).not.toContain(text)
  })
})
