import { createHmac } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AdminScene } from '../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { createDpopClient } from '../../../testing/dpop-client.ts'
import { makeSigner } from '../../../testing/signer.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { signJws } from '../../domain/keys/sign-jws.ts'
import { revoke } from '../../domain/revocation-acts/revoke.ts'
import { endSession } from '../../domain/sessions/end-session.ts'
import { findSession } from '../../domain/sessions/find-session.ts'

forEachDatabase('who is let in to the Admin API', ({ createUrl }) => {
  let scene: AdminScene
  let accountId: string
  let token: string
  let sessionId: string

  beforeEach(async () => {
    scene = await AdminScene.start({ databaseUrl: await createUrl(), config: { logLevel: 'warn' } })
    accountId = (await scene.addAccount('root', ['admin'])).id
    ;({ token, sessionId } = await scene.signIn(accountId))
  })
  afterEach(() => scene.server.stop())

  const statusOf = async (authorization: string | undefined, headers: Record<string, string> = {}) =>
    (await scene.call('GET', '/accounts', { headers: { ...(authorization && { authorization }), ...headers } })).status

  /** Signed with the server's own key. */
  async function sign(change: object, typ = 'at+jwt'): Promise<string> {
    const signer = await scene.server.running.installation.keyRing.getSigner('ES256')
    return signJws(typ, { ...decodeJwt(token), ...change }, signer)
  }

  test('an administrator is let in by the token of a live session, and by nothing else', async () => {
    expect(await statusOf(`Bearer ${token}`)).toBe(200)
    expect(await statusOf(`bearer ${token}`)).toBe(200)
    const claims = decodeJwt(token)
    const [head, payload] = token.split('.')
    const forged = `${Buffer.from('{"typ":"at+jwt","alg":"HS256"}').toString('base64url')}.${payload}`
    const { jwks } = await scene.server.running.installation.keyRing.current()
    const underPublicKey = createHmac('sha256', jwks).update(forged).digest('base64url')
    const stranger = await makeSigner()
    const refused: Record<string, string | undefined> = {
      nothing: undefined,
      'an empty token': 'Bearer ',
      'two tokens': `Bearer ${token} ${token}`,
      'another scheme': `Basic ${token}`,
      'alg none': `Bearer ${Buffer.from('{"typ":"at+jwt","alg":"none"}').toString('base64url')}.${payload}.`,
      'HS256 under the public keys': `Bearer ${forged}.${underPublicKey}`,
      'another key': `Bearer ${await stranger.sign(claims, { typ: 'at+jwt' })}`,
      'no signature': `Bearer ${head}.${payload}.`,
      'another audience': `Bearer ${await sign({ aud: scene.server.issuer })}`,
      'an audience among others': `Bearer ${await sign({ aud: ['urn:ostiary:admin', 'https://api.example.com'] })}`,
      'another issuer': `Bearer ${await sign({ iss: 'https://elsewhere.example' })}`,
      'no type': `Bearer ${await sign({}, 'JWT')}`,
      'who acts for somebody else': `Bearer ${await sign({ act: { sub: 'cli_x' } })}`,
      'a session that never was': `Bearer ${await sign({ sid: 'a'.repeat(22) })}`,
      'an account that never was': `Bearer ${await sign({ sub: 'acc_nobody' })}`,
      'a token that is bound to a key': `Bearer ${await sign({ cnf: { jkt: 'a'.repeat(43) } })}`,
      'DPoP with a token that is bound to none': `DPoP ${token}`,
    }
    for (const [what, authorization] of Object.entries(refused))
      expect([what, await statusOf(authorization)]).toEqual([what, 401])
    expect(await statusOf(undefined, { cookie: `session=${token}; __Host-session=${token}` })).toBe(401)
    const inQuery = await scene.call('GET', `/accounts?access_token=${token}`)
    expect(inQuery.status).toBe(401)
  })

  test('RFC 6750 §3.1: without a token the challenge has no error, with a bad one it says invalid_token', async () => {
    const without = await scene.call('GET', '/accounts')
    expect([without.status, without.body.code]).toEqual([401, 'invalid_token'])
    expect(without.headers.get('www-authenticate')).toMatch(/^Bearer realm="ostiary-admin", DPoP algs="/)
    const bad = await scene.call('GET', '/accounts', { token: 'nothing' })
    expect(bad.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token", error_description="/)
    expect([without, bad].map(({ headers }) => headers.get('cache-control'))).toEqual(['no-store', 'no-store'])
  })

  test.each<[string, () => Promise<unknown>]>([
    [
      'its session ended',
      async () => {
        const session = await findSession(scene.database.read, sessionId)
        if (session) await scene.database.write((tx) => endSession(tx, session, 'cli'))
      },
    ],
    ['its account was disabled', () => scene.database.write((tx) => disableAccount(tx, accountId, 'cli'))],
    ['it was revoked itself', () => revoke(revoking(), { kind: 'token', id: token }, 'cli')],
    ['its client was revoked', () => revoke(revoking(), { kind: 'client', id: scene.clientId }, 'cli')],
    ['everything was revoked', () => revoke(revoking(), { kind: 'everything' }, 'cli')],
    ['it has expired', async () => scene.server.clock.set(scene.server.clock.now() + 170_000)],
  ])('a token is refused at once when %s', async (_, act) => {
    expect(await statusOf(`Bearer ${token}`)).toBe(200)
    await act()
    expect(await statusOf(`Bearer ${token}`)).toBe(401)
  })
  const revoking = () => ({ ...scene.server.running.installation, issuer: scene.server.issuer })

  test('a role that is taken bites at once: the token says what is no longer true', async () => {
    await revoke(revoking(), { kind: 'role', id: accountId, role: 'admin' }, 'cli')
    expect(await statusOf(`Bearer ${token}`)).toBe(401)
  })

  test('RFC 9449 §7.1: a token that is bound to a key comes with a proof for this very request', async () => {
    const client = await createDpopClient()
    const bound = await sign({ cnf: { jkt: client.jkt } })
    const url = `${scene.server.issuer}/admin/api/v1/accounts`
    const now = scene.server.clock.now()
    const prove = (more: object = {}) => client.prove({ url, method: 'GET', now, accessToken: bound, ...more })
    const first = await scene.call('GET', '/accounts', {
      headers: { authorization: `DPoP ${bound}`, dpop: await prove() },
    })
    const nonce = first.headers.get('dpop-nonce') ?? undefined
    const send = async (proof: string) => statusOf(`DPoP ${bound}`, { dpop: proof })
    const good = await prove({ nonce })
    expect(await send(good)).toBe(200)
    expect(await send(good)).toBe(401)
    expect(await send(await prove({ nonce, method: 'POST' }))).toBe(401)
    expect(await send(await prove({ nonce, url: `${scene.server.issuer}/admin/api/v1/sessions` }))).toBe(401)
    expect(
      await send(await (await createDpopClient()).prove({ url, method: 'GET', now, accessToken: bound, nonce })),
    ).toBe(401)
  })

  test('an act is audited with the person or the program that did it, from where, and the incident id of its log line', async () => {
    const other = await scene.addAccount('other')
    const { sessionId: first } = await scene.signIn(other.id)
    const { sessionId: second } = await scene.signIn(other.id)
    const byPerson = await scene.call('DELETE', `/sessions/${first}`, { token })
    const byProgram = await scene.call('DELETE', `/sessions/${second}`, {
      token: await scene.grantClient(['sessions:revoke']),
    })
    expect([byPerson.status, byProgram.status]).toEqual([200, 200])
    const events = await listAuditEvents(scene.database.read, { limit: 10, act: 'session.ended' })
    const told = events.map(({ actor, sessionId: of }) => `${actor} ${of}`).sort()
    expect(told).toEqual([`admin:${accountId} ${first}`, `client:${scene.clientId} ${second}`].sort())
  })
})
