import { createGuard } from '@ostiary/guard'
import { decodeProtectedHeader } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { createApiKey } from '../src/domain/api-keys/create-api-key.ts'
import { findApiKey } from '../src/domain/api-keys/find-api-key.ts'
import type { ApiChange } from '../src/domain/apis/change-api.ts'
import { createApi } from '../src/domain/apis/create-api.ts'
import { parseApi } from '../src/domain/apis/parse-api.ts'
import { listAuditEvents } from '../src/domain/audit/list-audit-events.ts'
import { advanceKeysInUse } from '../src/domain/clients/advance-keys-in-use.ts'
import { type ChangedClient, type ClientChange, changeClient } from '../src/domain/clients/change-client.ts'
import { findClient } from '../src/domain/clients/find-client.ts'
import { endPreviousSecret, rotateClientSecret } from '../src/domain/clients/rotate-client-secret.ts'
import { listConsents } from '../src/domain/consents/consents.ts'
import { updateApi } from '../src/domain/revocation-acts/change-roles.ts'
import { deleteApi } from '../src/domain/revocation-acts/delete-api.ts'
import { deleteClient } from '../src/domain/revocation-acts/delete-client.ts'
import { settleDeletions } from '../src/domain/revocation-acts/settle-deletions.ts'
import { forgetTime } from '../src/domain/revocations/forget-time.ts'
import { listRoles } from '../src/domain/roles/list-roles.ts'
import { listSessions } from '../src/domain/sessions/list-sessions.ts'
import type { Database } from '../src/platform/database/database.ts'
import { AuthorizationScene, addClient } from './authorization-scene.ts'
import { forEachDatabase } from './database.ts'
import { addConfidentialClient, postForm } from './revoking.ts'
import { addApi } from './test-server.ts'

const audience = 'https://api.example.com'
const HOUR_MS = 3_600_000

forEachDatabase('clients and APIs that change and go', ({ createUrl }) => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  async function start(described = {}): Promise<AuthorizationScene> {
    const scene = await AuthorizationScene.start({ databaseUrl: await createUrl(), isClockRunning: true }, described)
    closing.push(() => scene.server.stop())
    return scene
  }

  const databaseOf = (scene: AuthorizationScene): Database => scene.server.running.installation.database

  const change = (scene: AuthorizationScene, what: ClientChange, id = scene.clientId): Promise<ChangedClient> =>
    databaseOf(scene).write((tx) => changeClient(tx, id, what, 'cli'))

  async function signIn(scene: AuthorizationScene): Promise<Record<string, string>> {
    const { code = '' } = await scene.authorize(scene.url({ scope: 'openid offline_access orders:read orders:write' }))
    const { status, body } = await scene.exchange(code, { redirect_uri: scene.redirectUri })
    expect(status).toBe(200)
    return body as Record<string, string>
  }

  const refresh = (scene: AuthorizationScene, refresh_token = '') =>
    scene.send('/token', { grant_type: 'refresh_token', client_id: scene.clientId, refresh_token })

  async function lastEvent(scene: AuthorizationScene) {
    const [event] = await listAuditEvents(databaseOf(scene).read, { limit: 1 })
    return event
  }

  test('a client changes in what is said and in nothing else, and a scope that is taken is gone with the next refresh', async () => {
    const scene = await start({ requiredFactor: undefined, backchannelLogoutUri: 'https://app.example.com/logout' })
    const before = await findClient(databaseOf(scene).read, scene.clientId)
    const { refresh_token } = await signIn(scene)
    const changed = await change(scene, { scopes: ['orders:read'], backchannelLogoutUri: null, lifetime: '90d' })
    expect(changed).toMatchObject({ ok: true, changed: ['backchannelLogout', 'scopes', 'sessionLimits'] })
    expect(await findClient(databaseOf(scene).read, scene.clientId)).toEqual({
      ...before,
      scopes: ['orders:read'],
      backchannelLogout: undefined,
      sessionLimits: { idleMilliseconds: 30 * 24 * HOUR_MS, absoluteMilliseconds: 90 * 24 * HOUR_MS },
    })
    expect(await lastEvent(scene)).toMatchObject({ act: 'client.changed', actor: 'cli', clientId: scene.clientId })
    const refreshed = await refresh(scene, refresh_token)
    expect([refreshed.status, refreshed.body.scope]).toEqual([200, 'openid offline_access orders:read'])
    expect((await change(scene, { grants: ['authorization_code'] })).ok).toBe(true)
    expect((await refresh(scene, String(refreshed.body.refresh_token))).body.error).toBe('unauthorized_client')
  })

  test('what can’t be is refused and changes nothing; what says nothing new is no change', async () => {
    const scene = await start()
    const before = await findClient(databaseOf(scene).read, scene.clientId)
    const events = (await scene.acts()).length
    expect([
      await change(scene, { redirectUris: ['http://app.example.com/callback'] }),
      await change(scene, { grants: ['client_credentials'] }),
      await change(scene, { jwksUri: 'https://app.example.com/jwks' }),
      await change(scene, { requiredFactor: 'hope' }),
      await change(scene, { idle: '2d', lifetime: '1d' }),
      await change(scene, {}, 'cli_nobody'),
      await change(scene, { name: 'Mine' }, 'console'),
    ]).toMatchObject([
      ...Array.from({ length: 5 }, () => ({ ok: false, reason: 'invalid_option' })),
      { ok: false, reason: 'unknown_client' },
      { ok: false, reason: 'built_in_client' },
    ])
    expect(await change(scene, { name: before?.name, scopes: before?.scopes })).toMatchObject({ ok: true, changed: [] })
    expect(await findClient(databaseOf(scene).read, scene.clientId)).toEqual(before)
    expect(await scene.acts()).toHaveLength(events)
  })

  test('a rotated secret: both are good for the overlap, the old one can be ended at once, and never are there three', async () => {
    const scene = await start()
    const { server } = scene
    const client = await addConfidentialClient(server, ['orders:read'], ['client_credentials'])
    const rotate = async (overlapMilliseconds: number): Promise<string> => {
      const rotated = await databaseOf(scene).write((tx) =>
        rotateClientSecret(tx, client.id, { overlapMilliseconds }, 'cli'),
      )
      if (!rotated.ok) throw new Error(rotated.reason)
      return rotated.secret
    }
    const isGood = async (secret: string): Promise<boolean> => {
      const authorization = `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}`
      const form = { grant_type: 'client_credentials', resource: audience }
      const { status } = await postForm(`${server.issuer}/token`, form, authorization)
      expect([200, 401]).toContain(status)
      return status === 200
    }
    const areGood = async (...secrets: readonly string[]) => Promise.all(secrets.map(isGood))

    const second = await rotate(HOUR_MS)
    expect(await areGood(client.secret, second)).toEqual([true, true])
    const third = await rotate(HOUR_MS)
    expect(await areGood(client.secret, second, third)).toEqual([false, true, true])
    server.clock.set(server.clock.now() + HOUR_MS + 1000)
    expect(await areGood(second, third)).toEqual([false, true])
    const fourth = await rotate(HOUR_MS)
    await databaseOf(scene).write((tx) => endPreviousSecret(tx, client.id, 'cli'))
    expect(await lastEvent(scene)).toMatchObject({ act: 'client.secret_ended', clientId: client.id })
    expect(await areGood(third, fourth)).toEqual([false, true])
    const fifth = await rotate(0)
    expect(await areGood(fourth, fifth)).toEqual([false, true])
    expect(await lastEvent(scene)).toMatchObject({ act: 'client.secret_rotated', detail: { previous_until: null } })
  })

  test('a secret is for confidential clients without keys; keys that come later take it away, and none is good then', async () => {
    const scene = await start()
    const confidential = await addClient(scene.server, { type: 'confidential' })
    const jwks = 'https://app.example.com/jwks'
    expect(await change(scene, { jwksUri: jwks }, confidential.id)).toMatchObject({ ok: true, changed: ['keys'] })
    const rotate = (id: string) =>
      databaseOf(scene).write((tx) => rotateClientSecret(tx, id, { overlapMilliseconds: 0 }, 'cli'))
    expect([await rotate(scene.clientId), await rotate(confidential.id), await rotate('cli_nobody')]).toEqual([
      { ok: false, reason: 'public_client' },
      { ok: false, reason: 'client_has_keys' },
      { ok: false, reason: 'unknown_client' },
    ])
    const authorization = `Basic ${Buffer.from(`${confidential.id}:${confidential.secret}`).toString('base64')}`
    const introspected = await postForm(`${scene.server.issuer}/introspect`, { token: 'x' }, authorization)
    expect(introspected.status).toBe(401)
  })

  test('a deleted client: guards refuse its tokens within a second, its session and consents are gone, and nobody finds it', async () => {
    const scene = await start()
    const guard = createGuard({ issuer: scene.server.issuer, audience })
    closing.push(() => guard.close())
    const { access_token = '', refresh_token } = await signIn(scene)
    await expect(guard.verify(access_token)).resolves.toMatchObject({ client_id: scene.clientId })
    const deleted = await deleteClient(databaseOf(scene), scene.clientId, 'cli')
    expect(deleted).toMatchObject({ ok: true, cleared: { sessions: 1, apiKeys: 0 } })
    const codeOf = (token: string) =>
      guard.verify(token).then(
        () => 'accepted',
        ({ code }) => code,
      )
    await expect.poll(() => codeOf(access_token), { interval: 5, timeout: 1000 }).toBe('token_revoked')
    expect((await refresh(scene, refresh_token)).body.error).toBe('invalid_client')
    const { read } = databaseOf(scene)
    expect(await findClient(read, scene.clientId)).toBeUndefined()
    expect(await listConsents(read, scene.accountId)).toEqual([])
    const sessions = await listSessions(read, scene.accountId, scene.server.clock.now())
    expect(sessions.filter(({ clientId }) => clientId === scene.clientId)).toEqual([])
    expect(await scene.acts()).toEqual(expect.arrayContaining(['client.deleted', 'session.ended']))
    expect(await deleteClient(databaseOf(scene), scene.clientId, 'cli')).toMatchObject({ reason: 'unknown_client' })
    expect(await deleteClient(databaseOf(scene), 'console', 'cli')).toMatchObject({ reason: 'built_in_client' })
  })

  test('a deleted API: no token for it, its sessions and keys end, roles permit nothing there, and its audience is free a minute later', async () => {
    const scene = await start()
    const { server } = scene
    const database = databaseOf(scene)
    const guard = createGuard({ issuer: server.issuer, audience })
    closing.push(() => guard.close())
    const added = await updateApi(database, { audience, permissions: ['orders:refund'] }, 'cli')
    expect(added.ok).toBe(true)
    const { access_token = '', refresh_token } = await signIn(scene)
    const key = await database.write((tx) =>
      createApiKey(
        tx,
        { accountId: scene.accountId },
        { name: 'Nightly', audience, scopes: undefined, lifetimeMilliseconds: undefined },
        'cli',
      ),
    )
    if (!key.ok) throw new Error(key.reason)
    const deletedAt = server.clock.now()
    const deleted = await deleteApi(database, audience, 'cli')
    expect(deleted).toMatchObject({ ok: true, cleared: { sessions: 1, apiKeys: 1 } })
    const refused = () =>
      guard.verify(access_token).then(
        () => 'accepted',
        ({ code }) => code,
      )
    await expect.poll(refused, { interval: 5, timeout: 1000 }).toBe('token_revoked')
    expect((await refresh(scene, refresh_token)).body.error).toBe('invalid_grant')
    expect((await findApiKey(database.read, key.key.id))?.revokedAt).toBeDefined()
    const permitted = (await listRoles(database.read)).flatMap(({ permissions }) => permissions)
    expect(permitted.filter((permission) => permission.audience === audience)).toEqual([])

    const parsed = parseApi({ audience })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const register = () => database.write((tx) => createApi(tx, server.running.installation.sealer, parsed.api, 'cli'))
    expect(await register()).toEqual({ ok: false, reason: 'audience_ending' })
    await settleDeletions(database, deletedAt + 59_000)
    expect(await register()).toEqual({ ok: false, reason: 'audience_ending' })
    await settleDeletions(database, server.clock.now() + 61_000)
    expect(await register()).toMatchObject({ ok: true })
    // The session of before does not wake up with it.
    expect((await refresh(scene, refresh_token)).body.error).toBe('invalid_grant')
    expect(await deleteApi(database, 'urn:none', 'cli')).toMatchObject({ reason: 'unknown_audience' })
    expect(await deleteApi(database, 'urn:ostiary:admin', 'cli')).toMatchObject({ reason: 'built_in_api' })
  })

  test('what began while a client was deleted ends with the next round, whoever was killed in between', async () => {
    const scene = await start()
    await signIn(scene)
    // As if the process had been killed after the first transaction.
    const { endClient } = await import('../src/domain/clients/end-client.ts')
    await databaseOf(scene).write((tx) => endClient(tx, scene.clientId, 'cli'))
    expect(await listConsents(databaseOf(scene).read, scene.accountId)).toHaveLength(1)
    await settleDeletions(databaseOf(scene), scene.server.clock.now())
    expect(await listConsents(databaseOf(scene).read, scene.accountId)).toEqual([])
    expect(await scene.acts()).toContain('session.ended')
  })

  test('an API’s tokens live as long as it says from now on, and what revokes the longer ones of before stands until they have expired', async () => {
    const scene = await start()
    const database = databaseOf(scene)
    const now = scene.server.clock.now()
    const update = (what: Omit<ApiChange, 'audience'>) => updateApi(database, { audience, ...what }, 'cli')
    expect(await update({ lifetimeSeconds: 7200 })).toMatchObject({ ok: true, api: { lifetimeSeconds: 7200 } })
    expect((await signIn(scene)).expires_in).toBe(7200)
    expect(await update({ lifetimeSeconds: 60 })).toMatchObject({ ok: true, api: { lifetimeSeconds: 60 } })
    expect(await forgetTime(database.read, now)).toBeGreaterThanOrEqual(now / 1000 + 7200 + 300)
    const later = now + 3 * HOUR_MS
    expect(await forgetTime(database.read, later)).toBeLessThan(later / 1000 + 1000)
    expect(await update({ lifetimeSeconds: 0 })).toMatchObject({ ok: false, reason: 'invalid' })
    expect(await update({ lifetimeSeconds: 86_401 })).toMatchObject({ ok: false, reason: 'invalid' })
  })

  test('an API moves to another algorithm of public keys, and never to a shared secret or from one', async () => {
    const scene = await start()
    const database = databaseOf(scene)
    const before = String((await signIn(scene)).access_token)
    await advanceKeysInUse(scene.server.running.installation, ['EdDSA'])
    const early = await updateApi(database, { audience, algorithm: 'EdDSA' }, 'cli')
    // What is signed at once would be refused by a guard that has read the JWKS a moment before.
    if (early.ok || early.reason !== 'key_not_everywhere') throw new Error('it is taken too early')
    scene.server.clock.set(early.readyAt)
    expect(await updateApi(database, { audience, algorithm: 'EdDSA' }, 'cli')).toMatchObject({ ok: true })
    const after = String((await signIn(scene)).access_token)
    expect([before, after].map((token) => decodeProtectedHeader(token).alg)).toEqual(['ES256', 'EdDSA'])
    const guard = createGuard({ issuer: scene.server.issuer, audience, clock: () => scene.server.clock.now() })
    closing.push(() => guard.close())
    await expect(guard.verify(after)).resolves.toMatchObject({ aud: audience })
    await addApi(scene.server, { audience: 'urn:shared', algorithm: 'HS256' })
    expect([
      await updateApi(database, { audience, algorithm: 'HS256' }, 'cli'),
      await updateApi(database, { audience: 'urn:shared', algorithm: 'ES256' }, 'cli'),
      await updateApi(database, { audience, algorithm: 'none' }, 'cli'),
      await updateApi(database, { audience: 'urn:ostiary:admin', name: 'Mine' }, 'cli'),
    ]).toMatchObject([
      { ok: false, reason: 'invalid' },
      { ok: false, reason: 'invalid' },
      { ok: false, reason: 'invalid' },
      { ok: false, reason: 'built_in_api' },
    ])
  })

  test('permissions and words that are said whole replace those before', async () => {
    const scene = await start()
    const database = databaseOf(scene)
    const update = (what: Omit<ApiChange, 'audience'>) => updateApi(database, { audience, ...what }, 'cli')
    await update({ permissions: ['orders:refund=Give back', 'orders:audit'], scopeDescriptions: ['orders:read=See'] })
    const whole = {
      permissions: ['orders:audit=Look'],
      permissionScopes: ['orders:audit='],
      scopeDescriptions: ['orders:write=Order'],
      saysAll: { permissions: true, scopeDescriptions: true },
    }
    expect(await update(whole)).toMatchObject({
      ok: true,
      removed: ['orders:refund'],
      api: {
        permissions: [{ name: 'orders:audit', description: 'Look', scope: undefined }],
        scopeDescriptions: { 'orders:write': 'Order' },
      },
    })
  })
})
