import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../testing/admin-scene.ts'
import { addClient } from '../../../testing/authorization-scene.ts'
import { addConfidentialClient } from '../../../testing/revoking.ts'
import { addAccount, addApi, logIn } from '../../../testing/test-server.ts'
import { addRole } from '../../domain/accounts/change-role.ts'
import { createApiKey } from '../../domain/api-keys/create-api-key.ts'
import { ADMIN_AUDIENCE, adminPermissionNames } from '../../domain/apis/admin-api.ts'
import { changeApi } from '../../domain/apis/change-api.ts'
import { findApi } from '../../domain/apis/list-apis.ts'
import { resolveAccess } from '../../domain/apis/resolve-access.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { parseClient } from '../../domain/clients/parse-client.ts'
import { changeRolePermissions } from '../../domain/roles/change-role-permissions.ts'
import { createRole } from '../../domain/roles/create-role.ts'
import { ensureAdminApi } from '../../domain/roles/ensure-admin-api.ts'
import { uuidv7 } from '../../platform/random/random.ts'

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const person = { username: 'ada', password: 'a long walk along the river' }
let scene: AdminScene
let accountId: string

beforeAll(async () => {
  scene = await AdminScene.start({ config: { logLevel: 'warn', registration: 'open' } })
  accountId = await addAccount(scene.server, person.username, person.password)
  await scene.database.write((tx) => addRole(tx, { accountId, role: 'admin', actor: 'cli' }))
})
afterAll(() => scene.server.stop())

async function tokenOf(form: Record<string, string>): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

async function logInAt(client_id: string | undefined, scope?: string): Promise<Record<string, string>> {
  const answer = await logIn(scene.server, { ...person, audience: ADMIN_AUDIENCE, client_id, scope })
  return (await answer.json()) as Record<string, string>
}

test('a person gets a token with their permissions by a client that an operator registered with the scopes', async () => {
  const { id } = await addClient(scene.server, { grants: ['refresh_token'], scopes: ['accounts:read', 'roles:read'] })
  const claims = decodeJwt((await logInAt(id)).access_token ?? '')
  expect(claims).toMatchObject({ aud: ADMIN_AUDIENCE, sub: accountId, permissions: ['accounts:read', 'roles:read'] })
  expect(await logInAt(id, 'accounts:write')).toMatchObject({ code: 'invalid_scope' })
})

test('neither the server’s own login nor a client without scopes gives tokens of the Admin API', async () => {
  const { id } = await addClient(scene.server, { grants: ['refresh_token'] })
  expect(await logInAt(undefined)).toMatchObject({ code: 'invalid_target' })
  expect(await logInAt(id)).toMatchObject({ code: 'invalid_target' })
})

test('a program gets the scopes that it is registered for by client credentials, and no others', async () => {
  const { id: client_id, secret: client_secret } = await addClient(scene.server, {
    ...{ type: 'confidential', grants: ['client_credentials'], scopes: ['accounts:read', 'sessions:revoke'] },
  })
  const form = { grant_type: 'client_credentials', client_id, client_secret, resource: ADMIN_AUDIENCE }
  const granted = await tokenOf(form)
  expect([granted.status, granted.body.scope]).toEqual([200, 'accounts:read sessions:revoke'])
  expect((await tokenOf({ ...form, scope: 'accounts:write' })).body.error).toBe('invalid_scope')
  const none = await addClient(scene.server, { type: 'confidential', grants: ['client_credentials'] })
  const refused = await tokenOf({ ...form, client_id: none.id, client_secret: none.secret })
  expect(refused.body.error).toBe('invalid_target')
})

test('a scope of the Admin API is no other API’s: whoever is given it there could administer here', async () => {
  const token = await scene.signInAdmin('namer')
  const audience = 'https://bank.example.com'
  const create = (scopes: readonly string[]) => scene.call('POST', '/apis', { token, body: { audience, scopes } })
  const refused = await create(['accounts:read'])
  expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining('scope of the Admin API')])
  expect((await create(['bank:accounts:read'])).status).toBe(201)
  const path = `/apis/${encodeURIComponent(audience)}`
  const headers = { 'if-match': (await scene.call('GET', path, { token })).headers.get('etag') ?? '' }
  const body = { scopes: ['bank:accounts:read', 'accounts:read'] }
  expect((await scene.call('PATCH', path, { token, body, headers })).status).toBe(400)
  expect((await scene.call('DELETE', path, { token })).status).toBe(200)
})

test('whoever has the secret of an API forges no token that the server itself takes, under whatever name it is registered', async () => {
  const { issuer, clock } = scene.server
  const token = await scene.signInAdmin('forger')
  const own = await scene.addAccount('forgers-own')
  const { sessionId } = await scene.signIn(own.id)
  const client = await addConfidentialClient(scene.server, [], [TOKEN_EXCHANGE])
  const audience = 'https://victim.example.com'
  await addApi(scene.server, { audience, scopes: ['openid'] })
  for (const forgedFor of [issuer, 'https://forged.example.com']) {
    const made = await scene.call('POST', '/apis', { token, body: { audience: forgedFor, algorithm: 'HS256' } })
    expect(made.status).toBe(201)
    const now = Math.floor(clock.now() / 1000)
    const content = { client_id: client.id, scope: 'openid profile email', jti: uuidv7(clock.now()), sid: sessionId }
    const forged = await new SignJWT(content)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience(forgedFor)
      .setSubject(accountId)
      .setIssuedAt(now)
      .setExpirationTime(now + 100)
      .sign(Buffer.from(made.body.secret, 'base64url'))
    const visit = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${forged}` } })
    expect(visit.status).toBe(401)
    const exchanged = await tokenOf({
      ...{ grant_type: TOKEN_EXCHANGE, client_id: client.id, client_secret: client.secret, resource: audience },
      ...{ subject_token: forged, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
    })
    expect([exchanged.status, exchanged.body.error]).toEqual([400, 'invalid_request'])
    const path = `/apis/${encodeURIComponent(forgedFor)}`
    expect((await scene.call('DELETE', path, { token })).status).toBe(200)
  }
  expect((await scene.call('DELETE', `/apis/${encodeURIComponent(audience)}`, { token })).status).toBe(200)
})

test('a client that registered itself gets none, whatever scopes it has', async () => {
  const parsed = parseClient({
    ...{ name: 'Stranger', type: 'public' },
    redirectUris: ['https://app.example.com/cb'],
    scopes: ['accounts:read'],
  })
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { client } = await scene.database.write((tx) =>
    createClient(tx, parsed.client, 'anonymous', { registeredBy: 'network:203.0.113.0' } as never),
  )
  const url = new URL(`${scene.server.issuer}/authorize`)
  url.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: client.id, redirect_uri: 'https://app.example.com/cb' },
    ...{
      resource: ADMIN_AUDIENCE,
      scope: 'accounts:read',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    },
  }).toString()
  const answer = await fetch(url, { redirect: 'manual' })
  expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_target')
})

test('no API key is for the Admin API: it would prove no second factor', async () => {
  const description = { name: 'a key', audience: ADMIN_AUDIENCE, scopes: undefined, lifetimeMilliseconds: undefined }
  for (const owner of [{ accountId }, { clientId: scene.clientId }]) {
    const created = await scene.database.write((tx) => createApiKey(tx, owner, description, 'cli'))
    expect(created).toMatchObject({ ok: false, reason: 'refused_access' })
  }
})

test('nobody exchanges a token for one of the Admin API, and none is signed that acts for somebody else', async () => {
  const api = await findApi(scene.database.read, ADMIN_AUDIENCE)
  if (!api) throw new Error('there is no Admin API')
  const { tokenIssuer } = scene.server.running.installation
  const request = { api, subject: accountId, scopes: ['accounts:read'], now: scene.server.clock.now() }
  const ask = (more: object) => tokenIssuer.issueAccessToken({ ...request, clientId: scene.clientId, ...more })
  await expect(ask({})).resolves.toMatchObject({ scope: 'accounts:read' })
  for (const more of [
    { actor: { sub: scene.clientId } },
    { organizationId: 'org_x' },
    { clientId: 'ostiary' },
    { clientId: 'cli_nobody' },
    { scopes: [] },
    { scopes: ['accounts:read', 'orders:read'] },
  ])
    await expect(ask(more)).rejects.toThrow('nobody may have')
})

test('the Admin API is never the one that is meant where none is named', async () => {
  expect(await resolveAccess(scene.database.read, {})).toEqual({ ok: false, reason: 'no_api' })
})

test('the Admin API can’t be changed, and no role of organizations gets a permission of it', async () => {
  const change = await scene.database.write((tx) => changeApi(tx, { audience: ADMIN_AUDIENCE, name: 'Mine' }, 'cli'))
  expect(change).toMatchObject({ ok: false, reason: 'built_in_api' })
  await scene.database.write((tx) =>
    createRole(tx, { name: 'boss', description: undefined, isForOrganizations: true }, 'cli'),
  )
  const given = await scene.database.write((tx) =>
    changeRolePermissions(tx, { role: 'boss', audience: ADMIN_AUDIENCE, add: ['accounts:read'], remove: [] }, 'cli'),
  )
  expect(given).toMatchObject({ ok: false, reason: 'not_for_organizations' })
})

test('OSTIARY_ADMIN_FACTOR: a start with it has the Admin API require a second factor, and one without requires none', async () => {
  const required = async () => (await findApi(scene.database.read, ADMIN_AUDIENCE))?.requiredAcr
  expect(await required()).toBeUndefined()
  await ensureAdminApi(scene.database, { requiredAcr: 'aal2' })
  expect(await required()).toBe('aal2')
  await ensureAdminApi(scene.database)
  expect(await required()).toBe('aal2')
  expect(await logInAt(scene.clientId)).toMatchObject({ code: expect.any(String) })
  await ensureAdminApi(scene.database, { requiredAcr: undefined })
  expect(await required()).toBeUndefined()
  expect((await findApi(scene.database.read, ADMIN_AUDIENCE))?.scopes).toEqual([...adminPermissionNames].sort())
})
