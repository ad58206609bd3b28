import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { addUpstream } from '../../../testing/add-upstream.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { type GithubAnswers, type ScriptedGithub, startScriptedGithub } from '../../../testing/scripted-github.ts'
import { upstreamClient } from '../../../testing/scripted-upstream.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { callback, onwardOf } from '../../../testing/upstream-journey.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { advanceKeysInUse } from '../../domain/clients/advance-keys-in-use.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { parseClient } from '../../domain/clients/parse-client.ts'
import { findIdentity } from '../../domain/federated-identities/find-identity.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'

const password = 'seven purple umbrellas'
const known = { id: 583231, login: 'octocat', name: 'The Octocat', email: 'public@example.com' }
const mine = { email: 'ada@example.com', primary: true, verified: true }
let codes = 0

forEachDatabase('login with GitHub', ({ createUrl }) => {
  let github: ScriptedGithub
  let server: TestServer
  let accountId: string
  let visitor: Visitor

  beforeAll(async () => {
    github = await startScriptedGithub()
    server = await startTestServer({ databaseUrl: await createUrl(), isClockRunning: true })
    accountId = await addAccount(server, 'ada@example.com', password)
    const { clientId, clientSecret } = upstreamClient
    await addUpstream(server, { preset: 'github', issuer: github.issuer, clientId }, clientSecret)
    const identity = { issuer: github.issuer, subject: String(known.id), accountId, network: 'unknown' }
    await server.running.installation.database.write((tx) => linkIdentity(tx, identity))
  })
  afterAll(async () => {
    await server?.stop()
    await github?.[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    visitor = new Visitor(server.issuer)
  })

  async function begin(fields: Record<string, string> = {}): Promise<URL> {
    return onwardOf(await visitor.post('/login/upstream/github', fields))
  }

  function answer(asked: URL, answers: GithubAnswers, more: Record<string, string> = {}): string {
    codes += 1
    const code = `code-${codes}`
    github.give(code, asked, answers)
    return callback(asked, { code, ...more })
  }

  async function isSignedIn(): Promise<boolean> {
    return (await visitor.get('/account')).url === `${server.issuer}/account`
  }

  function lastEvent(act: 'login.refused' | 'login.succeeded' | 'federated_identity.linked') {
    return listAuditEvents(server.running.installation.database.read, { act, limit: 1 })
  }

  function find(subject: number) {
    return findIdentity(server.running.installation.database.read, github.issuer, String(subject))
  }

  it('RFC 6749 §4.1.1, RFC 7636 §4.3: GitHub is asked for a code with state and PKCE, and for no ID token', async () => {
    const asked = await begin()
    expect(asked.origin + asked.pathname).toBe(`${github.issuer}/login/oauth/authorize`)
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      client_id: 'ostiary',
      response_type: 'code',
      redirect_uri: `${server.issuer}/login/upstream/github/callback`,
      scope: 'read:user user:email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it.each([
    ['who is known by their number is signed in, whatever they are called now', {}, { user: { ...known, login: 'x' } }],
    ['the addresses may be kept from the app', {}, { user: known, emails: 403 }],
    ['RFC 9207 §2.4: with the iss that GitHub has', { iss: '/login/oauth' }, { user: known, emails: [mine] }],
  ])('%s', async (_, { iss }: { iss?: string }, answers) => {
    const asked = await begin({ return_to: '/account?x=1' })
    const page = await visitor.get(answer(asked, answers, iss ? { iss: github.issuer + iss } : {}))
    expect([page.status, page.url], page.text).toEqual([200, `${server.issuer}/account?x=1`])
    expect(page.text).toContain('ada@example.com')
    expect(await lastEvent('login.succeeded')).toMatchObject([
      { actor: `account:${accountId}`, accountId, outcome: 'done', detail: { upstream: 'github' } },
    ])
  })

  it.each<[string, (asked: URL) => string, number, number]>([
    ['RFC 6749 §10.12: another state', (asked) => answer(asked, { user: known }, { state: 'A'.repeat(43) }), 400, 0],
    ['no state', (asked) => answer(asked, { user: known }, { state: '' }), 400, 0],
    ['RFC 6749 §4.1.2.1: access_denied', (asked) => callback(asked, { error: 'access_denied' }), 403, 0],
    ['an error in markup', (asked) => callback(asked, { error: '<b>', error_description: '<script>' }), 403, 0],
    ['neither code nor error', (asked) => callback(asked, {}), 502, 0],
    ['RFC 9207 §2.4: another iss', (asked) => answer(asked, { user: known }, { iss: 'https://evil.example' }), 502, 0],
    ['an error with the status 200 for an unknown code', (asked) => callback(asked, { code: 'foreign' }), 502, 1],
    [
      'an error with the status 200',
      (asked) => answer(asked, { user: known, token: { error: 'redirect_uri_mismatch' } }),
      502,
      1,
    ],
    ['RFC 6749 §5.1: a token without a type', (asked) => answer(asked, { user: known, token: token({}) }), 502, 1],
    [
      'RFC 6750 §3: a token that it does not know itself',
      (asked) => answer(asked, { user: known, token: token({ token_type: 'bearer' }) }),
      502,
      1,
    ],
    ['a user without a number', (asked) => answer(asked, { user: { login: 'octocat' } }), 502, 1],
    ['a number in a text', (asked) => answer(asked, { user: { ...known, id: '583231' } }), 502, 1],
    ['a number that is none', (asked) => answer(asked, { user: { ...known, id: 1e300 } }), 502, 1],
    ['a list for a user', (asked) => answer(asked, { user: [known] }), 502, 1],
    ['a user that is not shown', (asked) => answer(asked, { user: 403 }), 502, 1],
    ['a redirect for a user', (asked) => answer(asked, { user: 302 }), 502, 1],
    ['GitHub down', (asked) => answer(asked, { user: 503 }), 503, 1],
    ['addresses that are down', (asked) => answer(asked, { user: known, emails: 500 }), 503, 1],
    ['a body of 300 kB', (asked) => answer(asked, { user: { ...known, bio: 'x'.repeat(300_000) } }), 502, 1],
  ])('%s signs nobody in', async (_, toCallback, status, exchanges) => {
    const before = github.exchanges()
    const page = await visitor.get(toCallback(await begin()))
    expect(page.status, page.text).toBe(status)
    expect(page.text).not.toMatch(/<script>|<b>/)
    expect(await isSignedIn()).toBe(false)
    expect(github.exchanges() - before).toBe(exchanges)
  })

  it('RFC 7636 §4.6: a code that was given for another challenge is not redeemed', async () => {
    const [asked, other] = [await begin(), await begin()]
    const url = new URL(answer(other, { user: known }))
    url.searchParams.set('state', asked.searchParams.get('state') ?? '')
    expect((await visitor.get(url.href)).status).toBe(502)
    expect(await isSignedIn()).toBe(false)
    expect(await lastEvent('login.refused')).toMatchObject([
      { actor: 'anonymous', outcome: 'refused', detail: { upstream: 'github', reason: 'upstream_invalid_answer' } },
    ])
  })

  it('of 20 parallel callbacks one signs in, and one asks GitHub; a later one is refused', async () => {
    const url = answer(await begin(), { user: known })
    const before = github.exchanges()
    const pages = await Promise.all(Array.from({ length: 20 }, () => visitor.get(url)))
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(pages.filter(({ status }) => status === 400)).toHaveLength(19)
    expect((await visitor.get(url)).status).toBe(400)
    expect(github.exchanges() - before).toBe(1)
  })

  it.each<[string, readonly object[] | number]>([
    ['no address', []],
    ['addresses that are kept', 404],
    ['an unverified primary one', [{ ...mine, verified: false }]],
    [
      'a verified one that is not primary',
      [
        { ...mine, primary: false },
        { ...mine, email: 'x@example.com' },
      ],
    ],
    ['one that is "true" in a text', [{ ...mine, verified: 'true' }]],
    ['one that is no text', [{ ...mine, email: ['ada@example.com'] }]],
    ['no entries', [[], ['ada@example.com']]],
  ])('who is not known, with %s, is told the same and gets no account', async (_, emails) => {
    const stranger = { id: 7, login: 'stranger', email: 'ada@example.com' }
    const page = await visitor.get(answer(await begin(), { user: stranger, emails }))
    expect([page.status, await isSignedIn()]).toEqual([403, false])
    expect(page.text).toContain('No account here is connected with this one at GitHub.')
    expect(page.text).not.toContain('example.com')
    expect(await find(7)).toBeUndefined()
    expect(await lastEvent('login.refused')).toMatchObject([
      { detail: { upstream: 'github', reason: 'unknown_identity' } },
    ])
  })

  it('with the verified primary address of an account, only that account’s password connects', async () => {
    const emails = [{ ...mine, email: 'work@example.com', primary: false }, mine]
    const page = await visitor.get(answer(await begin(), { user: { id: 8, login: 'ada' }, emails }))
    expect([page.status, await isSignedIn()]).toEqual([200, false])
    expect(page.text).toContain('Connect GitHub?')
    expect((await visitor.submit(page, { password: 'not it' })).status).toBe(401)
    expect(await find(8)).toBeUndefined()
    const right = await visitor.submit(page, { password })
    expect([right.status, right.url]).toEqual([200, `${server.issuer}/account`])
    expect(await find(8)).toMatchObject({ accountId })
    expect(await lastEvent('federated_identity.linked')).toMatchObject([
      { actor: `account:${accountId}`, accountId, detail: { issuer: github.issuer, subject: '8' } },
    ])
  })

  it.each([{ prompt: 'login' }, { max_age: '300' }])(
    'OpenID Connect Core §3.1.2.1: GitHub cannot tell that a login is fresh, where an app demands %o',
    async (demand) => {
      const query = new URLSearchParams({
        ...{ response_type: 'code', client_id: await addApp(), redirect_uri: 'https://app.example/cb' },
        ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
        ...{ scope: 'openid', ...demand },
      })
      const shown = await visitor.get(`${server.issuer}/authorize?${query}`)
      const asked = await begin({ return_to: new URL(shown.url).searchParams.get('return_to') ?? '' })
      expect([asked.searchParams.has('prompt'), asked.searchParams.has('max_age')]).toEqual([false, false])
      const page = await visitor.get(answer(asked, { user: known, emails: [mine] }))
      expect([page.status, await isSignedIn()]).toEqual([403, false])
      expect(await lastEvent('login.refused')).toMatchObject([
        { detail: { upstream: 'github', reason: 'upstream_stale' } },
      ])
    },
  )

  async function addApp(): Promise<string> {
    const described = { name: 'Shop', type: 'public', isFirstParty: true, redirectUris: ['https://app.example/cb'] }
    const parsed = parseClient(described)
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { database } = server.running.installation
    const { client } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
    await advanceKeysInUse(server.running.installation)
    return client.id
  }

  it('where accounts may be opened, one is, by the login there and the verified primary address', async () => {
    await using other = await startScriptedGithub()
    const { clientId, clientSecret } = upstreamClient
    const input = { preset: 'github', id: 'ghe', issuer: other.issuer, clientId, opensAccounts: true } as const
    await addUpstream(server, input, clientSecret)
    const asked = onwardOf(await visitor.post('/login/upstream/ghe', {}))
    other.give('c', asked, { user: { id: 9, login: 'grace' }, emails: [{ ...mine, email: 'grace@example.com' }] })
    expect((await visitor.get(callback(asked, { code: 'c' }))).url).toBe(`${server.issuer}/account`)
    const { read } = server.running.installation.database
    expect(await findAccountByLoginName(read, 'grace@example.com')).toMatchObject({ username: 'grace' })
    expect(await findIdentity(read, other.issuer, '9')).toBeDefined()
  })
})

function token(more: object): object {
  return { access_token: 'of nobody', ...more }
}
