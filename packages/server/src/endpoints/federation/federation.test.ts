import { setTimeout as sleep } from 'node:timers/promises'
import type { JWTPayload } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { addUpstream } from '../../../testing/add-upstream.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { readMails } from '../../../testing/mailbox.ts'
import { type ScriptedUpstream, startScriptedUpstream, upstreamClient } from '../../../testing/scripted-upstream.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { callback, onwardOf } from '../../../testing/upstream-journey.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { listAccounts } from '../../domain/accounts/list-accounts.ts'
import { lockAccount } from '../../domain/accounts/lock-account.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { advanceKeysInUse } from '../../domain/clients/advance-keys-in-use.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { parseClient } from '../../domain/clients/parse-client.ts'
import { findIdentity } from '../../domain/federated-identities/find-identity.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'
import { unlinkAllIdentities } from '../../domain/federated-identities/unlink-identities.ts'
import { createLog } from '../../platform/log/create-log.ts'
import { startServer } from '../../server.ts'

const password = 'seven purple umbrellas'
let codes = 0

forEachDatabase('login with an upstream', ({ createUrl }) => {
  let upstream: ScriptedUpstream
  let server: TestServer
  let accountId: string
  let clientId: string
  let visitor: Visitor

  beforeAll(async () => {
    upstream = await startScriptedUpstream()
    server = await startTestServer({ databaseUrl: await createUrl(), isClockRunning: true })
    accountId = await addAccount(server, 'ada@example.com', password)
    await addUpstream(server, { id: 'work', name: 'Work', issuer: upstream.issuer, ...upstreamClient }, 'secret')
    await addUpstream(server, { id: 'other', name: 'Other', issuer: 'https://other.example', clientId: 'ostiary' })
    await link('known')
    clientId = await addApp()
  })
  afterAll(async () => {
    await server?.stop()
    await upstream?.[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    visitor = new Visitor(server.issuer)
  })

  async function link(subject: string, account = accountId): Promise<void> {
    const { database } = server.running.installation
    const identity = { issuer: upstream.issuer, subject, accountId: account, network: 'unknown' }
    await database.write((tx) => linkIdentity(tx, identity))
  }

  async function addApp(): Promise<string> {
    const described = { name: 'Shop', type: 'public', isFirstParty: true, redirectUris: ['https://app.example/cb'] }
    const parsed = parseClient(described)
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { database } = server.running.installation
    const { client } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
    await advanceKeysInUse(server.running.installation)
    return client.id
  }

  async function begin(fields: Record<string, string> = {}, as = visitor): Promise<URL> {
    return onwardOf(await as.post('/login/upstream/work', fields))
  }

  /** Begins from the request of an app, and from its login page. */
  async function beginFor(demand: Record<string, string>): Promise<URL> {
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: clientId, redirect_uri: 'https://app.example/cb', scope: 'openid' },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
      ...{ login_hint: 'ada', ...demand },
    })
    const page = await visitor.get(`${server.issuer}/authorize?${query}`)
    const returnTo = new URL(page.url).searchParams.get('return_to') ?? ''
    expect(page.text).toContain('Continue with Work')
    return begin({ return_to: returnTo })
  }

  /** The address that the upstream sends the browser back to, with a code for these claims. */
  async function answer(asked: URL, claims: JWTPayload | string): Promise<string> {
    codes += 1
    const code = `code-${codes}`
    const nonce = asked.searchParams.get('nonce') ?? ''
    upstream.give(code, typeof claims === 'string' ? claims : await upstream.sign({ nonce, ...claims }))
    return callback(asked, { code })
  }

  function lastEvent(act: 'login.refused' | 'login.succeeded' | 'federated_identity.linked') {
    return listAuditEvents(server.running.installation.database.read, { act, limit: 1 })
  }

  it('OpenID Connect Core §3.1.2.1, RFC 7636 §4.3: the upstream is asked for a code, with state, nonce and PKCE', async () => {
    const asked = await begin()
    expect(asked.origin + asked.pathname).toBe(`${upstream.issuer}/authorize`)
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      client_id: 'ostiary',
      response_type: 'code',
      redirect_uri: `${server.issuer}/login/upstream/work/callback`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it('who is known by issuer and subject is signed in, and goes where they came from', async () => {
    const asked = await begin({ return_to: '/account?x=1' })
    const page = await visitor.get(await answer(asked, { sub: 'known', email: 'changed@example.com' }))
    expect([page.status, page.url]).toEqual([200, `${server.issuer}/account?x=1`])
    expect(page.text).toContain('ada@example.com')
    expect(await lastEvent('login.succeeded')).toMatchObject([
      { actor: `account:${accountId}`, accountId, outcome: 'done', detail: { upstream: 'work' } },
    ])
  })

  it.each([1_700_000_000.123_456, 0.5, 1e300, -1e300, -0])(
    'RFC 7519 §2: an auth_time may have a fraction, and is a number, whichever: %d',
    async (authTime) => {
      const page = await visitor.get(await answer(await begin(), { sub: 'known', auth_time: authTime }))
      expect([page.status, await isSignedIn()], page.text).toEqual(authTime < 0 ? [502, false] : [200, true])
    },
  )

  it('who comes back while their identity is taken from the account is not signed in to it', async () => {
    const { database } = server.running.installation
    await link('stranger')
    const asked = await begin()
    const url = await answer(asked, { sub: 'stranger' })
    const [taken, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const taking = database.write(async (tx) => {
      await lockAccount(tx, accountId)
      await unlinkAllIdentities(tx, accountId, { actor: 'anonymous', network: 'unknown', because: 'address_proved' })
      taken.resolve()
      await goOn.promise
    })
    await taken.promise
    const coming = visitor.get(url)
    // Long enough to be found, and to come to where it waits.
    await sleep(400)
    goOn.resolve()
    await taking
    expect((await coming).status).toBe(403)
    expect(await isSignedIn()).toBe(false)
    await link('known')
  })

  async function isSignedIn(as = visitor): Promise<boolean> {
    return (await as.get('/account')).url === `${server.issuer}/account`
  }

  it.each([
    ['RFC 6749 §10.12: another state', (asked: URL) => callback(asked, { code: 'x', state: 'A'.repeat(43) }), 400],
    ['no state', (asked: URL) => callback(asked, { code: 'x', state: '' }), 400],
    ['RFC 6749 §3.1: a code twice', (asked: URL) => `${callback(asked, { code: 'x' })}&code=y`, 400],
    ['a state of 10 kB', (asked: URL) => callback(asked, { code: 'x', state: 'A'.repeat(10_000) }), 400],
    ['a control character', (asked: URL) => callback(asked, { code: 'x\u0000' }), 400],
    ['RFC 6749 §4.1.2.1: access_denied', (asked: URL) => callback(asked, { error: 'access_denied' }), 403],
    ['an error in markup', (asked: URL) => callback(asked, { error: '<b>', error_description: '<script>' }), 403],
    ['neither code nor error', (asked: URL) => callback(asked, {}), 502],
    [
      'RFC 6749 §5.2: a code that the upstream does not know',
      (asked: URL) => callback(asked, { code: 'foreign' }),
      502,
    ],
    [
      'RFC 9207 §2.4: the iss of another',
      (asked: URL) => callback(asked, { code: 'x', iss: 'https://evil.example' }),
      502,
    ],
    ['an upstream that is none', (asked: URL) => callback(asked, { code: 'x' }).replace('/work/', '/nobody/'), 404],
    [
      'RFC 9700 §4.4: the callback of another upstream',
      (asked: URL) => callback(asked, { code: 'x' }).replace('/work/', '/other/'),
      400,
    ],
  ])('%s signs nobody in', async (_, toCallback, status) => {
    const before = upstream.exchanges()
    const page = await visitor.get(toCallback(await begin()))
    expect(page.status, page.text).toBe(status)
    expect(page.text).not.toMatch(/<script>|<b>/)
    expect(await isSignedIn()).toBe(false)
    // Only the code that could be one is ever shown to the upstream.
    expect(upstream.exchanges() - before).toBe(_.includes('does not know') ? 1 : 0)
  })

  it.each<[string, (nonce: string) => Promise<string>]>([
    ['OpenID Connect Core §3.1.3.7 (11): another nonce', () => upstream.sign({ sub: 'known', nonce: 'another' })],
    ['no nonce', () => upstream.sign({ sub: 'known' })],
    ['§3.1.3.7 (2): another issuer', (nonce) => upstream.sign({ sub: 'known', nonce, iss: 'https://evil.example' })],
    ['§3.1.3.7 (3): another audience', (nonce) => upstream.sign({ sub: 'known', nonce, aud: 'another' })],
    [
      '§3.1.3.7 (4): another authorized party',
      (nonce) => upstream.sign({ sub: 'known', nonce, aud: ['ostiary', 'b'], azp: 'b' }),
    ],
    ['§3.1.3.7 (6): a signature by another key', (nonce) => upstream.forge({ sub: 'known', nonce })],
    ['§3.1.3.7 (9): expired', (nonce) => upstream.sign({ sub: 'known', nonce, exp: 1_600_000_000 })],
    ['§3.1.3.8: another at_hash', (nonce) => upstream.sign({ sub: 'known', nonce, at_hash: 'A'.repeat(22) })],
    ['RFC 8725 §3.1: the algorithm none', async (nonce) => unsigned(await upstream.sign({ sub: 'known', nonce }))],
    ['no subject', (nonce) => upstream.sign({ sub: '', nonce })],
    ['no JWT', async () => 'nonsense'],
  ])('an ID token is refused for %s', async (_, forge) => {
    const asked = await begin()
    const url = await answer(asked, await forge(asked.searchParams.get('nonce') ?? ''))
    const page = await visitor.get(url)
    expect([page.status, await isSignedIn()], page.text).toEqual([502, false])
    expect(await lastEvent('login.refused')).toMatchObject([
      { actor: 'anonymous', outcome: 'refused', detail: { upstream: 'work', reason: 'upstream_invalid_answer' } },
    ])
  })

  it('RFC 9700 §4.7.1: a callback in another browser than the one that began signs nobody in, and stays good there', async () => {
    const asked = await begin()
    const url = await answer(asked, { sub: 'known' })
    const victim = new Visitor(server.issuer)
    expect((await victim.get(url)).status).toBe(400)
    await begin({}, victim)
    expect((await victim.get(url)).status).toBe(400)
    expect(await isSignedIn(victim)).toBe(false)
    expect((await visitor.get(url)).url).toBe(`${server.issuer}/account`)
  })

  it('two tabs each come to their end; a callback is good once', async () => {
    const [first, second] = [await begin({ return_to: '/account?tab=1' }), await begin({ return_to: '/account?tab=2' })]
    const later = await answer(second, { sub: 'known' })
    expect((await visitor.get(later)).url).toMatch(/tab=2$/)
    expect((await visitor.get(await answer(first, { sub: 'known' }))).url).toMatch(/tab=1$/)
    expect((await visitor.get(later)).status).toBe(400)
  })

  it('of 20 parallel callbacks one signs in, and one asks the upstream', async () => {
    const url = await answer(await begin(), { sub: 'known' })
    const before = upstream.exchanges()
    const pages = await Promise.all(Array.from({ length: 20 }, () => visitor.get(url)))
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(pages.filter(({ status }) => status === 400)).toHaveLength(19)
    expect(upstream.exchanges() - before).toBe(1)
  })

  it('RFC 6749 §4.1: a login that began before the server stopped ends after it has started again', async () => {
    const asked = await begin()
    const url = await answer(asked, { sub: 'known' })
    const { config, running } = server
    await running.stop()
    const again = await startServer(config, { clock: server.clock, log: createLog('silent', process.stdout) })
    try {
      expect((await visitor.get(url)).url).toBe(`${server.issuer}/account`)
    } finally {
      const { stop } = server
      server = { ...server, running: again, stop: () => again.stop().then(stop) }
    }
  })

  it('a login that took over ten minutes is over', async () => {
    const asked = await begin()
    const now = server.clock.now()
    server.clock.set(now + 600_001)
    expect((await visitor.get(await answer(asked, { sub: 'known' }))).status).toBe(400)
    server.clock.set(now + 1000)
  })

  it('a disabled account is not let in, and the page says nothing that depends on why', async () => {
    const id = await addAccount(server, 'disabled', password)
    await link('of-disabled', id)
    await server.running.installation.database.write((tx) => disableAccount(tx, id, 'cli'))
    const page = await visitor.get(await answer(await begin(), { sub: 'of-disabled' }))
    expect([page.status, await isSignedIn()]).toEqual([403, false])
    const [event] = await lastEvent('login.refused')
    expect(event).toMatchObject({ accountId: id, detail: { upstream: 'work', reason: 'disabled_account' } })
  })

  it.each<[string, JWTPayload]>([
    ['no e-mail address', { email: undefined }],
    ['the unverified address of an account', { email: 'ada@example.com' }],
    ['an address that is false to be verified', { email: 'ada@example.com', email_verified: false }],
    ['an address that is "true" in a text', { email: 'ada@example.com', email_verified: 'true' }],
    ['a verified address that nobody has', { email: 'nobody@example.com', email_verified: true }],
  ])('who is not known, with %s, is told the same and gets no account', async (_, claims) => {
    const page = await visitor.get(await answer(await begin(), { sub: 'stranger', ...claims }))
    expect([page.status, await isSignedIn()]).toEqual([403, false])
    expect(page.text).toContain('No account here is connected with this one at Work.')
    expect(page.text).not.toContain('example.com')
    expect(await findIdentity(server.running.installation.database.read, upstream.issuer, 'stranger')).toBeUndefined()
  })

  it('with the verified address of an account, only that account’s password connects; then the upstream signs in', async () => {
    const claims = { sub: 'owner', email: 'Ada@example.com', email_verified: true }
    const page = await visitor.get(await answer(await begin({ return_to: '/account?x=2' }), claims))
    expect([page.status, await isSignedIn()]).toEqual([200, false])
    expect(page.text).toContain('Connect Work?')
    const wrong = await visitor.submit(page, { password: 'not it' })
    expect([wrong.status, await isSignedIn()]).toEqual([401, false])
    const { read } = server.running.installation.database
    expect(await findIdentity(read, upstream.issuer, 'owner')).toBeUndefined()

    const elsewhere = new Visitor(server.issuer)
    expect((await elsewhere.submit(page, { password })).status).toBe(400)
    const right = await visitor.submit(wrong, { password })
    expect([right.status, right.url]).toEqual([200, `${server.issuer}/account?x=2`])
    expect(await findIdentity(read, upstream.issuer, 'owner')).toMatchObject({ accountId })
    expect(await lastEvent('federated_identity.linked')).toMatchObject([
      { actor: `account:${accountId}`, accountId, detail: { issuer: upstream.issuer, subject: 'owner' } },
    ])
    expect((await visitor.submit(wrong, { password })).status).toBe(400)

    const again = await new Visitor(server.issuer)
    const url = await answer(await begin({}, again), { sub: 'owner', email: 'new@example.com' })
    expect((await again.get(url)).url).toBe(`${server.issuer}/account`)
  })

  it('of 20 parallel proofs one connects', async () => {
    const id = await addAccount(server, 'parallel@example.com', password)
    const claims = { sub: 'parallel', email: 'parallel@example.com', email_verified: true }
    const page = await visitor.get(await answer(await begin(), claims))
    const pages = await Promise.all(Array.from({ length: 20 }, () => visitor.submit(page, { password })))
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(1)
    const { read } = server.running.installation.database
    const linked = await listAuditEvents(read, { act: 'federated_identity.linked', accountId: id, limit: 30 })
    expect(linked).toHaveLength(1)
  })

  it('guesses at the password of a link are throttled as at the login page', async () => {
    await addAccount(server, 'guessed@example.com', password)
    const claims = { sub: 'guesser', email: 'guessed@example.com', email_verified: true }
    let page = await visitor.get(await answer(await begin(), claims))
    for (let guess = 0; guess < 12 && page.status !== 429; guess += 1)
      page = await visitor.submit(page, { password: `guess ${guess}` })
    expect([page.status, Number(page.headers.get('retry-after')) > 0]).toEqual([429, true])
  })

  it('an upstream that may open accounts opens one, by a name and an address that are free', async () => {
    await using open = await startScriptedUpstream()
    await addUpstream(
      server,
      { id: 'open', name: 'Open', issuer: open.issuer, clientId: 'ostiary', opensAccounts: true },
      's',
    )
    const signUp = async (claims: JWTPayload) => {
      const person = new Visitor(server.issuer)
      const asked = onwardOf(await person.post('/login/upstream/open', {}))
      open.give('c', await open.sign({ nonce: asked.searchParams.get('nonce') ?? '', ...claims }))
      const page = await person.get(callback(asked, { code: 'c' }))
      const shown = /<bdi id="username">([^<]+)/.exec(page.text)?.[1]
      await person.get(callback(asked, { code: 'c' }))
      return { page, username: shown, person }
    }
    const first = await signUp({
      sub: '1',
      preferred_username: 'grace',
      email: 'grace@example.com',
      email_verified: true,
    })
    expect(first.username).toBe('grace')
    const { read } = server.running.installation.database
    expect(await findAccountByLoginName(read, 'grace@example.com')).toMatchObject({
      username: 'grace',
      emailVerifiedAt: expect.any(Number),
    })
    // Same name, and an address that is only said: another account, without the address.
    const second = await signUp({ sub: '2', preferred_username: 'grace', email: 'grace@example.com' })
    expect(second.username).toMatch(/^grace-[\w-]{8}$/)
    const third = await signUp({ sub: '3', preferred_username: 'ada@example.com', email: 'x@example.com' })
    expect(third.username).toMatch(/^open-[\w-]{8}$/)
    // Their verified address is the first one's, who has no password to prove it by.
    const fourth = await signUp({ sub: '4', email: 'grace@example.com', email_verified: true })
    expect([fourth.page.status, fourth.username]).toEqual([403, undefined])
    // Nothing else leads into this account.
    const kept = await first.person.post('/account/upstreams', { disconnect: 'open' })
    expect(kept.status).toBe(409)
    expect(await findIdentity(read, open.issuer, '1')).toBeDefined()
  })

  it.each([
    ['one identity', () => '1', 20],
    ['20 identities with one verified address', (index: number) => `${index}`, 1],
  ])('of 20 parallel first logins of %s, one opens an account', async (_, subjectOf, signedIn) => {
    await using open = await startScriptedUpstream()
    const id = `open-${signedIn}`
    await addUpstream(server, { id, name: 'Open', issuer: open.issuer, clientId: 'ostiary', opensAccounts: true }, 's')
    const email = `parallel-${signedIn}@new.example`
    const { read } = server.running.installation.database
    const before = await listAccounts(read, 100)
    const people = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const person = new Visitor(server.issuer)
        const asked = onwardOf(await person.post(`/login/upstream/${id}`, {}))
        const nonce = asked.searchParams.get('nonce') ?? ''
        open.give(`c${index}`, await open.sign({ sub: subjectOf(index), nonce, email, email_verified: true }))
        return { person, url: callback(asked, { code: `c${index}` }) }
      }),
    )
    const pages = await Promise.all(people.map(({ person, url }) => person.get(url)))
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(signedIn)
    expect(pages.filter(({ status }) => status === 403)).toHaveLength(20 - signedIn)
    expect(await listAccounts(read, 100)).toHaveLength(before.length + 1)
  })

  it('who is signed in connects and disconnects an upstream on their account page', async () => {
    const id = await addAccount(server, 'connector', password, 'connector@example.org')
    const login = await visitor.get('/login')
    await visitor.submit(login, { username: 'connector', password })
    const asked = onwardOf(await visitor.post('/account/upstreams', { connect: 'work' }))
    const connected = await visitor.get(await answer(asked, { sub: 'connected' }))
    expect(connected.url).toBe(`${server.issuer}/account/security`)
    expect(connected.text).toContain('Disconnect Work')
    const told = { recipient: 'connector@example.org', mail: { notice: 'provider_connected' } }
    expect((await readMails(server)).at(-1)).toMatchObject(told)
    const { read } = server.running.installation.database
    expect(await findIdentity(read, upstream.issuer, 'connected')).toMatchObject({ accountId: id })
    // An identity of somebody else is not taken from them.
    const taken = onwardOf(await visitor.post('/account/upstreams', { connect: 'work' }))
    expect((await visitor.get(await answer(taken, { sub: 'known' }))).status).toBe(409)
    const disconnected = await visitor.post('/account/upstreams', { disconnect: 'work' })
    expect(disconnected.text).toContain('Connect Work')
    expect(await findIdentity(read, upstream.issuer, 'connected')).toBeUndefined()
  })

  it('a connection that another person of this browser began is not made', async () => {
    await visitor.submit(await visitor.get('/login'), { username: 'ada@example.com', password })
    const asked = onwardOf(await visitor.post('/account/upstreams', { connect: 'work' }))
    await addAccount(server, 'next', password)
    await visitor.submit(await visitor.get('/login?switch=1'), { username: 'next', password })
    expect((await visitor.get(await answer(asked, { sub: 'of-ada' }))).status).toBe(400)
    const { read } = server.running.installation.database
    expect(await findIdentity(read, upstream.issuer, 'of-ada')).toBeUndefined()
  })

  it.each([
    ['/login/upstream/work', { return_to: '/account' }],
    ['/login/link', { link: 'A'.repeat(43), password }],
    ['/account/upstreams', { connect: 'work' }],
  ])('a form of another site is refused: POST %s', async (path, fields) => {
    const answered = await visitor.post(path, fields, {
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    })
    expect(answered.status).toBe(403)
  })

  it.each([
    ['/login/upstream/nobody', {}, 404],
    ['/login/upstream/work', { return_to: 'x'.repeat(2001) }, 400],
    ['/login/link', {}, 400],
    ['/login/link', { link: 'short', password }, 400],
    ['/login/link', { link: 'A'.repeat(43), password: 'x'.repeat(513) }, 400],
    ['/login/link', { link: 'A'.repeat(43), password }, 400],
    ['/account/upstreams', {}, 400],
    ['/account/upstreams', { connect: 'A b' }, 400],
    ['/account/upstreams', { connect: 'work', disconnect: 'work' }, 400],
  ])('POST %s with %j is refused with words: %i', async (path, fields, status) => {
    expect((await visitor.post(path, fields as Record<string, string>)).status).toBe(status)
  })

  it.each<[string, Record<string, string>, (now: number) => JWTPayload, string]>([
    ['prompt=login, no auth_time', { prompt: 'login' }, () => ({}), 'stale'],
    ['prompt=login, of a minute ago', { prompt: 'login' }, (now) => ({ auth_time: now - 60 }), 'stale'],
    ['prompt=login, of now', { prompt: 'login' }, (now) => ({ auth_time: now + 1 }), 'fresh'],
    ['max_age=300, no auth_time', { max_age: '300' }, () => ({}), 'stale'],
    ['max_age=300, of ten minutes ago', { max_age: '300' }, (now) => ({ auth_time: now - 600 }), 'stale'],
    ['max_age=300, of a minute ago', { max_age: '300' }, (now) => ({ auth_time: now - 60 }), 'fresh'],
  ])(
    'OpenID Connect Core §3.1.2.1: what an app demands of the login is demanded of the upstream: %s',
    async (_, demand, told, outcome) => {
      const asked = await beginFor(demand)
      const { prompt, max_age: maxAge = '0' } = demand
      const sent = asked.searchParams
      expect([sent.get('prompt'), sent.get('max_age'), sent.get('login_hint')]).toEqual([prompt ?? null, maxAge, 'ada'])
      const page = await visitor.get(
        await answer(asked, { sub: 'known', ...told(Math.floor(server.clock.now() / 1000)) }),
      )
      expect(page.status, page.text).toBe(outcome === 'fresh' ? 200 : 403)
      expect(await isSignedIn()).toBe(outcome === 'fresh')
      if (outcome === 'fresh')
        expect((await visitor.get(onwardOf(page).href)).location).toMatch(/^https:\/\/app\.example\/cb\?code=/)
    },
  )

  it('RFC 9207 §2.4: an answer without the iss that the upstream advertises signs nobody in', async () => {
    await using strict = await startScriptedUpstream({ authorization_response_iss_parameter_supported: true })
    await addUpstream(server, { id: 'strict', name: 'Strict', issuer: strict.issuer, clientId: 'ostiary' })
    const asked = onwardOf(await visitor.post('/login/upstream/strict', {}))
    expect((await visitor.get(callback(asked, { code: 'x' }))).status).toBe(502)
    expect(strict.exchanges()).toBe(0)
  })

  it('OpenID Connect Discovery §4.3: metadata of another issuer are not believed', async () => {
    await using mixed = await startScriptedUpstream({ issuer: 'https://evil.example' })
    await addUpstream(server, { id: 'mixed', name: 'Mixed', issuer: mixed.issuer, clientId: 'ostiary' })
    expect((await visitor.post('/login/upstream/mixed', {})).status).toBe(502)
  })

  it('an upstream that is away is a 503 with an incident, and the password still works', async () => {
    const gone = await startScriptedUpstream()
    await addUpstream(server, { id: 'gone', name: 'Gone', issuer: gone.issuer, clientId: 'ostiary' })
    await gone[Symbol.asyncDispose]()
    const page = await visitor.post('/login/upstream/gone', {})
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '10'])
    expect(page.text).toMatch(/The other provider does not answer\..*sign in with your password/)
    expect(page.text).toContain('Incident')
  })
})

/** The same claims, vouched for by nobody. */
function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  return `${header}.${token.split('.')[1]}.`
}
