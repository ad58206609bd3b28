import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import type { Account } from '../../domain/accounts/account.ts'
import { createAccount } from '../../domain/accounts/create-account.ts'
import { parseEmail } from '../../domain/accounts/parse-email.ts'
import { parseUsername } from '../../domain/accounts/parse-username.ts'
import { identityApi } from '../../domain/apis/resolve-grant.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { advanceKeysInUse } from '../../domain/clients/advance-keys-in-use.ts'
import { type IdTokenAlgorithm, idTokenAlgorithms } from '../../domain/clients/client.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { parseClient } from '../../domain/clients/parse-client.ts'
import { parseProfileChange } from '../../domain/profiles/parse-profile-change.ts'
import { updateProfile } from '../../domain/profiles/update-profile.ts'
import { verifyIdTokenHint } from '../../domain/tokens/issue-id-token.ts'
import { verifyIssuedToken } from '../../domain/tokens/verify-issued-token.ts'

const all = ['openid', 'profile', 'email', 'phone', 'address']
const address = { street_address: '12 St James’s Square', locality: 'London', country: 'UK' }
const claims = [
  ...['given_name=Ada', 'family_name=Lovelace', 'name=Ada Lovelace', 'nickname=ada', 'gender=female'],
  ...['website=https://ada.example.com/', 'birthdate=1815-12-10', 'zoneinfo=Europe/London', 'locale=en-GB'],
  ...['phone_number=+442079460000', `address=${JSON.stringify(address)}`],
]

interface Scene {
  readonly server: TestServer
  readonly account: Account
  readonly clientId: string
}

forEachDatabase('GET /userinfo', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function setScene(
    algorithms: Partial<Record<'idTokenAlgorithm' | 'userinfoAlgorithm', IdTokenAlgorithm>> = {},
  ) {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    const { installation } = server.running
    const [username, email] = [parseUsername('ada'), parseEmail('ada@example.com')]
    const parsed = parseClient({ name: 'Shop', type: 'public', ...algorithms })
    if (!username.ok || !email.ok || !parsed.ok) throw new Error('a sample is wrong')
    const scene = await installation.database.write(async (tx): Promise<Scene> => {
      const created = await createAccount(tx, { username: username.username, email: email.email, actor: 'cli' })
      if (!created.ok) throw new Error(created.reason)
      const { client } = await createClient(tx, parsed.client, 'cli')
      return { server, account: created.account, clientId: client.id }
    })
    await advanceKeysInUse(installation)
    return scene
  }

  async function update({ server, account }: Scene, assignments: readonly string[]): Promise<void> {
    const parsed = parseProfileChange(assignments)
    if (!parsed.ok) throw new Error(parsed.sentence)
    await server.running.installation.database.write((tx) => updateProfile(tx, account, parsed.change, 'cli'))
  }

  async function credentials(
    { server, account, clientId }: Scene,
    scopes: readonly string[],
  ): Promise<{ readonly authorization: string }> {
    const { tokenIssuer, clock } = server.running.installation
    const api = identityApi(server.issuer)
    const { token } = await tokenIssuer.issueAccessToken({
      ...{ api, subject: account.id, clientId, scopes, now: clock.now() },
    })
    return { authorization: `Bearer ${token}` }
  }

  async function ask(scene: Scene, scopes: readonly string[], accept?: string): Promise<Response> {
    const headers = { ...(await credentials(scene, scopes)), ...(accept !== undefined && { accept }) }
    return fetch(`${scene.server.issuer}/userinfo`, { headers })
  }

  const known = async (scene: Scene, scopes: readonly string[]) => (await ask(scene, scopes)).json()

  it.each<[string, (updatedAt: number) => object]>([
    [
      'profile',
      (updated_at) => ({
        ...{ preferred_username: 'ada', name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' },
        ...{ nickname: 'ada', gender: 'female', website: 'https://ada.example.com/', birthdate: '1815-12-10' },
        ...{ zoneinfo: 'Europe/London', locale: 'en-GB', updated_at },
      }),
    ],
    ['email', () => ({ email: 'ada@example.com', email_verified: false })],
    ['phone', () => ({ phone_number: '+442079460000', phone_number_verified: false })],
    ['address', () => ({ address })],
    ['offline_access', () => ({})],
  ])('OpenID Connect Core §5.4: the scope %s gives its claims, and no other', async (scope, expected) => {
    const scene = await setScene()
    await update(scene, claims)
    const updatedAt = Math.floor(scene.server.clock.now() / 1000)
    expect(await known(scene, ['openid', scope])).toEqual({ sub: scene.account.id, ...expected(updatedAt) })
  })

  it('OpenID Connect Core §5.3.2: what is not known is left out', async () => {
    const scene = await setScene()
    expect(await known(scene, all)).toEqual({
      ...{ sub: scene.account.id, name: 'ada', preferred_username: 'ada' },
      ...{ email: 'ada@example.com', email_verified: false },
    })
  })

  it('OpenID Connect Core §5.1: verified is what an operator says so of, until it changes', async () => {
    const scene = await setScene()
    await update(scene, [...claims, 'phone_number_verified=true', 'email_verified=true'])
    expect(await known(scene, all)).toMatchObject({ email_verified: true, phone_number_verified: true })
    await update(scene, ['phone_number=+442079460001', 'nickname='])
    const after = await known(scene, all)
    expect(after).toMatchObject({ email_verified: true, phone_number_verified: false, given_name: 'Ada' })
    expect(after).not.toHaveProperty('nickname')
    await update(scene, ['phone_number=', 'address=', 'email_verified=false'])
    expect(await known(scene, ['openid', 'phone', 'address', 'email'])).toEqual({
      ...{ sub: scene.account.id, email: 'ada@example.com', email_verified: false },
    })
    const events = await listAuditEvents(scene.server.running.installation.database.read, { limit: 1000 })
    const updates = events.filter(({ act }) => act === 'account.profile_updated')
    expect(updates).toHaveLength(3)
    // Names of claims, and none of their values.
    expect(updates.map(({ detail }) => detail.claims)).toContainEqual(['phone_number', 'nickname'])
    expect(JSON.stringify(events)).not.toMatch(/Lovelace|44207946|London/)
  })

  it.each(idTokenAlgorithms)(
    'OpenID Connect Core §5.3.2: a client registered for it gets userinfo signed with %s',
    async (algorithm) => {
      const scene = await setScene({ userinfoAlgorithm: algorithm })
      const { server, clientId, account } = scene
      const answer = await ask(scene, ['openid', 'email'], 'application/json')
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/jwt'])
      expect(answer.headers.get('cache-control')).toBe('no-store')
      const token = await answer.text()
      const keys = createRemoteJWKSet(new URL(`${server.issuer}/.well-known/jwks.json`))
      const expected = { issuer: server.issuer, audience: clientId, algorithms: [algorithm], typ: 'userinfo+jwt' }
      expect((await jwtVerify(token, keys, expected)).payload).toEqual({
        ...{ iss: server.issuer, aud: clientId, iat: Math.floor(server.clock.now() / 1000), sub: account.id },
        ...{ email: 'ada@example.com', email_verified: false },
      })
      // RFC 8725 §2.8: it passes neither for an ID token nor for an access token.
      const { installation } = server.running
      expect(await verifyIdTokenHint(server.issuer, installation.keyRing, token)).toBeUndefined()
      const deps = { ...installation, issuer: server.issuer }
      expect(await verifyIssuedToken(deps, installation.database.read, token)).toBeUndefined()
    },
  )

  it.each<[string | undefined, boolean]>([
    ['application/jwt', true],
    ['application/jwt;q=0.9, */*;q=0.1', true],
    ['APPLICATION/JWT', true],
    ['application/json, application/jwt', false],
    ['application/json', false],
    ['*/*', false],
    ['', false],
    [undefined, false],
  ])('RFC 9110 §12.5.1: with Accept: %s the answer is signed: %s', async (accept, isSigned) => {
    const answer = await ask(await setScene({ idTokenAlgorithm: 'RS256' }), ['openid'], accept)
    expect(answer.status).toBe(200)
    const body = await answer.text()
    if (isSigned) expect(decodeProtectedHeader(body)).toMatchObject({ alg: 'RS256', typ: 'userinfo+jwt' })
    else expect(JSON.parse(body)).toHaveProperty('sub')
  })

  it('RFC 6750 §3.1: a second Authorization header is invalid_request, whatever the first one holds', async () => {
    const scene = await setScene()
    const { authorization } = await credentials(scene, ['openid'])
    const { host } = new URL(scene.server.issuer)
    const headers = ['host', host, 'authorization', authorization, 'authorization', 'Bearer x']
    const asking = request(`${scene.server.issuer}/userinfo`, { headers })
    const [answer] = (await once(asking.end(), 'response')) as [IncomingMessage]
    answer.resume()
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([
      400,
      expect.stringMatching(/^Bearer error="invalid_request"/),
    ])
  })

  it('OpenID Connect Discovery §3: the metadata names the scopes, the claims and the algorithms', async () => {
    const { server } = await setScene()
    const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()
    expect(metadata).toMatchObject({
      scopes_supported: expect.arrayContaining(all),
      claims_supported: expect.arrayContaining(['given_name', 'updated_at', 'phone_number', 'address', 'birthdate']),
      userinfo_signing_alg_values_supported: ['ES256', 'RS256'],
    })
  })
})
