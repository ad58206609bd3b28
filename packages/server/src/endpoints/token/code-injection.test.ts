import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  AuthorizationScene,
  addClient,
  challengeOf,
  type OauthAnswer,
  type Wire,
} from '../../../testing/authorization-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'

const verifiers = ['a'.repeat(43), 'b'.repeat(43)] as const
const otherUri = 'https://other.example.com/callback'

forEachDatabase('codes and clients that are swapped', ({ createUrl }) => {
  let scene: AuthorizationScene
  let other: { id: string; secret: string }
  let confidential: { id: string; secret: string }

  beforeAll(async () => {
    scene = await AuthorizationScene.start({ databaseUrl: await createUrl() })
    other = await addClient(scene.server, { redirectUris: [scene.redirectUri, otherUri] })
    confidential = await addClient(scene.server, {
      type: 'confidential',
      redirectUris: [scene.redirectUri],
      grants: ['authorization_code', 'refresh_token', 'client_credentials'],
    })
  })
  afterAll(() => scene?.server.stop())

  async function getCode(verifier: string, more: Wire = {}): Promise<string> {
    const { code = '' } = await scene.authorize(scene.url({ code_challenge: challengeOf(verifier), ...more }))
    return code
  }

  const outcomeOf = ({ status, body }: OauthAnswer) => [status, body.error]
  const basic = ({ id, secret }: { id: string; secret: string }) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  })

  describe('RFC 6749 §5.2, RFC 9700 §4.5: a code is good for the request that it answers', () => {
    let codes: readonly [string, string]
    beforeEach(async () => {
      codes = [await getCode(verifiers[0]), await getCode(verifiers[1])]
    })

    const cases: readonly [string, () => Promise<OauthAnswer>][] = [
      [
        'the code of one request with the verifier of another',
        () => scene.exchange(codes[0], { code_verifier: verifiers[1] }),
      ],
      ['and the other way round', () => scene.exchange(codes[1], { code_verifier: verifiers[0] })],
      ['the challenge as verifier', () => scene.exchange(codes[0], { code_verifier: challengeOf(verifiers[0]) })],
      ['another public client', () => scene.exchange(codes[0], { code_verifier: verifiers[0], client_id: other.id })],
      [
        'a confidential client that proves who it is',
        () => scene.send('/token', tokenForm(codes[0], confidential.id), basic(confidential)),
      ],
      [
        'another redirect_uri that is registered',
        () => scene.exchange(codes[0], { code_verifier: verifiers[0], redirect_uri: otherUri }),
      ],
      [
        'a redirect_uri that only looks like it',
        () => scene.exchange(codes[0], { code_verifier: verifiers[0], redirect_uri: `${scene.redirectUri}/` }),
      ],
    ]

    it.each(cases)('%s is invalid_grant, and the code is left to its owner', async (_, redeem) => {
      expect(outcomeOf(await redeem())).toEqual([400, 'invalid_grant'])
      expect(
        (await scene.exchange(codes[0], { code_verifier: verifiers[0], redirect_uri: scene.redirectUri })).status,
      ).toBe(200)
      expect((await scene.exchange(codes[1], { code_verifier: verifiers[1] })).status).toBe(200)
      expect(await scene.acts()).not.toContain('authorization_code.reused')
    })
  })

  function tokenForm(code: string, clientId: string): Record<string, string> {
    return { grant_type: 'authorization_code', client_id: clientId, code, code_verifier: verifiers[0] }
  }

  it('RFC 6749 §5.2: the code of a confidential client is nobody else’s, whatever they know of it', async () => {
    const code = await getCode(verifiers[0], { client_id: confidential.id })
    for (const client of [scene.clientId, other.id]) {
      expect(outcomeOf(await scene.send('/token', tokenForm(code, client)))).toEqual([400, 'invalid_grant'])
    }
    expect(outcomeOf(await scene.send('/token', tokenForm(code, confidential.id)))).toEqual([401, 'invalid_client'])
    expect((await scene.send('/token', tokenForm(code, confidential.id), basic(confidential))).status).toBe(200)
  })

  it('RFC 6749 §2.3: two client authentications at once are invalid_request, as is a client_id beside Basic that is another', async () => {
    const credentials = { client_id: confidential.id, client_secret: confidential.secret }
    const forms: readonly [string, Record<string, string>][] = [
      ['/token', { grant_type: 'client_credentials', resource: 'https://api.example.com' }],
      ['/par', scene.parameters({ client_id: undefined })],
      ['/introspect', { token: 'x' }],
      ['/revoke', { token: 'x' }],
    ]
    for (const [path, form] of forms) {
      const ask = async (more: Record<string, string>) =>
        [path, ...outcomeOf(await scene.send(path, { ...form, ...more }, basic(confidential)))] as const
      expect(await ask(credentials)).toEqual([path, 400, 'invalid_request'])
      expect(await ask({ ...credentials, client_secret: 'wrong' })).toEqual([path, 400, 'invalid_request'])
      expect(await ask({ client_id: scene.clientId })).toEqual([path, 400, 'invalid_request'])
      const bad = await scene.send(path, { ...form, client_id: confidential.id, client_secret: 'wrong' })
      expect([path, ...outcomeOf(bad)]).toEqual([path, 401, 'invalid_client'])
    }
    expect(
      (await scene.send('/par', scene.parameters({ client_id: confidential.id }), basic(confidential))).status,
    ).toBe(201)
  })

  it('RFC 6749 §3.2: an empty parameter of client authentication is none', async () => {
    const empty = { client_id: '', client_secret: '', client_assertion: '' }
    const answer = await scene.send('/introspect', { token: 'x', ...empty }, basic(confidential))
    expect([answer.status, answer.body]).toEqual([200, { active: false }])
  })

  it('RFC 6749 §2.3: two headers of authentication, and credentials in JSON that are no text, are invalid_request', async () => {
    const { authorization } = basic(confidential)
    const body = JSON.stringify({ token: 'x', client_secret: {}, client_assertion: ['x'] })
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await fetch(`${scene.server.issuer}/introspect`, { method: 'POST', headers, body })
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_request' }])
    const lines = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(scene.server.issuer)
      const socket = connect(Number(port), hostname)
      const form = 'token=x'
      const twice = `Authorization: ${authorization}\r\nAuthorization: Basic YTpi\r\n`
      const type = 'Content-Type: application/x-www-form-urlencoded'
      socket.end(
        `POST /introspect HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${twice}${type}\r\nContent-Length: 7\r\n\r\n${form}`,
      )
      text(socket).then(resolve, reject)
    })
    expect(lines).toMatch(/^HTTP\/1.1 400 .*invalid_request/s)
  })

  it('FAPI 2.0 §5.3.2: a code lives for 60 seconds at most', async () => {
    const { clock } = scene.server
    const [inTime, late] = [await getCode(verifiers[0]), await getCode(verifiers[0])]
    const issuedAt = clock.now()
    clock.set(issuedAt + 59_999)
    expect((await scene.exchange(inTime, { code_verifier: verifiers[0] })).status).toBe(200)
    clock.set(issuedAt + 60_000)
    expect(outcomeOf(await scene.exchange(late, { code_verifier: verifiers[0] }))).toEqual([400, 'invalid_grant'])
  })
})
