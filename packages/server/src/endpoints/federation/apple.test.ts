import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { addUpstream } from '../../../testing/add-upstream.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { type ScriptedUpstream, startScriptedUpstream } from '../../../testing/scripted-upstream.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { onwardOf } from '../../../testing/upstream-journey.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { findIdentity } from '../../domain/federated-identities/find-identity.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'

const password = 'seven purple umbrellas'
const clientId = 'com.example.web'
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const path = '/login/upstream/apple/callback'
const user = '{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"other@example.com"}'
let codes = 0

forEachDatabase('login with Apple', ({ createUrl }) => {
  let apple: ScriptedUpstream
  let server: TestServer
  let accountId: string
  let visitor: Visitor

  beforeAll(async () => {
    apple = await startScriptedUpstream({ token_endpoint_auth_methods_supported: ['client_secret_post'] })
    server = await startTestServer({ databaseUrl: await createUrl(), isClockRunning: true })
    accountId = await addAccount(server, 'ada@example.com', password)
    const input = { preset: 'apple', clientId, teamId: 'TEAM123456', keyId: 'ABC123DEFG' } as const
    const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    await addUpstream(server, input, pem, { issuer: apple.issuer })
    await addUpstream(server, { id: 'other', issuer: 'https://other.example', clientId: 'ostiary' })
    const identity = { issuer: apple.issuer, subject: '001.known', accountId, network: 'unknown' }
    await server.running.installation.database.write((tx) => linkIdentity(tx, identity))
  })
  afterAll(async () => {
    await server?.stop()
    await apple?.[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    visitor = new Visitor(server.issuer)
  })

  async function begin(): Promise<URL> {
    return onwardOf(await visitor.post('/login/upstream/apple', { return_to: '/account?x=1' }))
  }

  /** The form that Apple's page sends for these claims. */
  async function formFor(asked: URL, claims: object): Promise<Record<string, string>> {
    codes += 1
    const code = `code-${codes}`
    const nonce = asked.searchParams.get('nonce') ?? ''
    apple.give(code, await apple.sign({ aud: clientId, nonce, email: undefined, ...claims }))
    return { code, state: asked.searchParams.get('state') ?? '', user }
  }

  /** A form of another site: a browser sends none of our cookies along, but does with the redirect that is the answer. */
  async function postFromApple(body: URLSearchParams | Record<string, string>): Promise<Response> {
    const headers = { origin: 'https://appleid.apple.com', 'sec-fetch-site': 'cross-site', accept: 'text/html' }
    const form = body instanceof URLSearchParams ? body : new URLSearchParams(body)
    return fetch(server.issuer + path, { method: 'POST', redirect: 'manual', headers, body: form })
  }

  async function comeBack(body: Record<string, string>): Promise<Visit> {
    const answer = await postFromApple(body)
    expect(answer.status).toBe(303)
    return visitor.get(answer.headers.get('location') ?? '')
  }

  async function isSignedIn(): Promise<boolean> {
    return (await visitor.get('/account')).url === `${server.issuer}/account`
  }

  it('OAuth 2.0 Form Post Response Mode §2: Apple is asked for its answer by form_post', async () => {
    const asked = await begin()
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      ...{ client_id: clientId, response_type: 'code', response_mode: 'form_post', scope: 'openid name email' },
      ...{ redirect_uri: server.issuer + path, nonce: expect.any(String), code_challenge_method: 'S256' },
    })
  })

  it('the form is sent on to the same address by GET, with what it is about and without the name', async () => {
    const answer = await postFromApple({ code: 'c&d', state: 's', iss: 'https://appleid.apple.com', user, extra: 'x' })
    const location = new URL(answer.headers.get('location') ?? '')
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([303, 'no-store'])
    expect([location.origin, location.pathname]).toEqual([server.issuer, path])
    expect(Object.fromEntries(location.searchParams)).toEqual({
      ...{ code: 'c&d', state: 's', iss: 'https://appleid.apple.com' },
    })
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it('who is known is signed in; the client secret is a fresh JWT of the developer’s key, good for five minutes', async () => {
    const page = await comeBack(await formFor(await begin(), { sub: '001.known' }))
    expect([page.status, page.url], page.text).toEqual([200, `${server.issuer}/account?x=1`])
    const form = apple.lastForm()
    expect([form.get('client_id'), form.get('code_verifier')]).toEqual([clientId, expect.any(String)])
    const { payload, protectedHeader } = await jwtVerify(form.get('client_secret') ?? '', key.publicKey)
    const iat = payload.iat ?? 0
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'ABC123DEFG' })
    expect(payload).toEqual({ iss: 'TEAM123456', sub: clientId, aud: apple.issuer, iat, exp: iat + 300 })
    expect(Math.abs(iat - server.clock.now() / 1000)).toBeLessThan(60)
    const { read } = server.running.installation.database
    expect(await listAuditEvents(read, { act: 'login.succeeded', limit: 1 })).toMatchObject([
      { actor: `account:${accountId}`, accountId, outcome: 'done', detail: { upstream: 'apple' } },
    ])
  })

  it.each([true, 'true'])('an address that is verified (%j) leads to the password of its account', async (said) => {
    const claims = { sub: `001.owner-${said}-${typeof said}`, email: 'ada@example.com', email_verified: said }
    const page = await comeBack(await formFor(await begin(), claims))
    expect([page.status, await isSignedIn()]).toEqual([200, false])
    expect(page.text).toContain('Connect Apple?')
    expect((await visitor.submit(page, { password })).url).toBe(`${server.issuer}/account?x=1`)
    const { read } = server.running.installation.database
    expect(await findIdentity(read, apple.issuer, claims.sub)).toMatchObject({ accountId })
  })

  it.each([false, 'false', 'TRUE', 1, ['true'], undefined])(
    'an address that is verified: %j is none, and so is that of the form',
    async (said) => {
      const claims = { sub: '001.stranger', email: 'ada@example.com', email_verified: said }
      const page = await comeBack(await formFor(await begin(), claims))
      expect([page.status, await isSignedIn()]).toEqual([403, false])
      expect(page.text).toContain('No account here is connected with this one at Apple.')
    },
  )

  it('of 20 parallel forms one signs in; a later one is refused', async () => {
    const form = await formFor(await begin(), { sub: '001.known' })
    const pages = await Promise.all(Array.from({ length: 20 }, () => comeBack(form)))
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await comeBack(form)).status).toBe(400)
  })

  it('RFC 9700 §4.7.1: a form in another browser than the one that began signs nobody in', async () => {
    const form = await formFor(await begin(), { sub: '001.known' })
    visitor = new Visitor(server.issuer)
    expect([(await comeBack(form)).status, await isSignedIn()]).toEqual([400, false])
  })

  it.each([
    ['RFC 6749 §10.12: another state', { state: 'A'.repeat(43) }, 400],
    ['no state', { state: '' }, 400],
    ['a code that Apple does not know', { code: 'foreign' }, 502],
    ['RFC 9207 §2.4: the iss of another', { iss: 'https://evil.example' }, 502],
    ['a person who cancels', { code: '', error: 'user_cancelled_authorize' }, 403],
  ])('%s signs nobody in', async (_, change, status) => {
    const form = await formFor(await begin(), { sub: '001.known' })
    const page = await comeBack({ ...form, ...change })
    expect([page.status, await isSignedIn()], page.text).toEqual([status, false])
  })

  it.each([
    ['RFC 6749 §3.1: a code twice', 'code=a&code=b&state=s'],
    ['a control character', 'code=a%00&state=s'],
    ['a state of 10 kB', `code=a&state=${'s'.repeat(10_000)}`],
  ])('%s in the form is refused with words', async (_, body) => {
    expect((await postFromApple(new URLSearchParams(body))).status).toBe(400)
  })

  it.each(['other', 'nobody'])('a form for an upstream that was not asked for one is not taken: %s', async (id) => {
    const body = new URLSearchParams({ code: 'c', state: 's' })
    const answer = await fetch(`${server.issuer}/login/upstream/${id}/callback`, { method: 'POST', body })
    expect(answer.status).toBe(404)
  })
})
