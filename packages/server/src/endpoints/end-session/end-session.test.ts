import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { advanceKeysInUse } from '../../domain/clients/advance-keys-in-use.ts'
import { type IdTokenAlgorithm, idTokenAlgorithms } from '../../domain/clients/client.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { parseClient } from '../../domain/clients/parse-client.ts'
import { draftReplacement, replaceCompromisedKey } from '../../domain/keys/replace-compromised-key.ts'

const person = { username: 'ada', password: 'a long walk along the river' }
const redirectUri = 'https://app.example.com/callback'
const goodbye = 'https://app.example.com/goodbye?from=ostiary'
const state = 'a state, ünïcode & all'
const crossSite = { origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site' }

interface SignedIn {
  readonly browser: Visitor
  readonly idToken: string
  readonly accessToken: string
  readonly sessionId: string
}

forEachDatabase('GET|POST /end-session', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(): Promise<TestServer> {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    await addAccount(server, person.username, person.password)
    return server
  }

  async function addClient(server: TestServer, name: string, idTokenAlgorithm?: IdTokenAlgorithm): Promise<string> {
    const more = { redirectUris: [redirectUri], isFirstParty: true, idTokenAlgorithm }
    const parsed = parseClient({ name, type: 'public', postLogoutRedirectUris: [goodbye], ...more })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { database } = server.running.installation
    const { client } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
    await advanceKeysInUse(server.running.installation)
    return client.id
  }

  /** Signs in at an app, in a browser that may be signed in already. */
  async function signIn(server: TestServer, clientId: string, known?: Visitor, who = person): Promise<SignedIn> {
    const browser = known ?? new Visitor(server.issuer)
    const verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: 'openid' },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const page = await browser.get(`/authorize?${query}`)
    const visit = page.location === undefined ? await browser.submit(page, who) : page
    const code = new URL(visit.location ?? '').searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', client_id: clientId, code, code_verifier: verifier }
    const answer = await fetch(`${server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
    const { id_token: idToken = '', access_token: accessToken = '' } = (await answer.json()) as Record<string, string>
    return { browser, idToken, accessToken, sessionId: String(decodeJwt(idToken).sid) }
  }

  async function scene(): Promise<SignedIn & { readonly server: TestServer; readonly clientId: string }> {
    const server = await start()
    const clientId = await addClient(server, 'Shop & Co')
    return { server, clientId, ...(await signIn(server, clientId)) }
  }

  const at = (parameters: Record<string, string>) => `/end-session?${new URLSearchParams(parameters)}`

  async function isSignedIn(browser: Visitor): Promise<boolean> {
    return !(await browser.get('/account')).text.includes('name="password"')
  }

  async function userinfoStatus(server: TestServer, accessToken: string): Promise<number> {
    return (await fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })).status
  }

  async function endedSessions({ running }: TestServer): Promise<readonly (string | undefined)[]> {
    const events = await listAuditEvents(running.installation.database.read, { limit: 50 })
    return events.filter(({ act }) => act === 'session.ended').map(({ sessionId }) => sessionId)
  }

  async function feedRecords({ issuer }: TestServer): Promise<string> {
    return (await fetch(`${issuer}/revocation-feed/log?after=0`)).text()
  }

  function expectAsked({ status, text }: Visit): void {
    expect(status).toBe(200)
    expect(text).toContain('<h1>Sign out of Ostiary?</h1>')
  }

  describe('OpenID Connect RP-Initiated Logout 1.0 §2: with an id_token_hint of the current session', () => {
    it('the session ends without question, its tokens are revoked through the feed, and the browser goes back with state', async () => {
      const { server, clientId, browser, idToken, sessionId } = await scene()
      const other = await signIn(server, await addClient(server, 'Library'), browser)
      expect(await feedRecords(server)).not.toContain('"k":"s"')
      // An hour later: the ID token has long expired, and the browser comes from the app's site.
      server.clock.set(server.clock.now() + 3_600_000)
      const parameters = { id_token_hint: idToken, client_id: clientId, post_logout_redirect_uri: goodbye, state }
      const visit = await browser.get(at({ ...parameters, logout_hint: 'ada', ui_locales: 'de en' }))
      expect(visit.status).toBe(303)
      expect(visit.location).toBe(`${goodbye}&${new URLSearchParams({ state })}`)
      expect(visit.headers.get('referrer-policy')).toBe('no-referrer')
      expect(visit.headers.get('cache-control')).toBe('no-store')
      expect(visit.headers.getSetCookie().join()).toMatch(/ostiary_session=; .*Max-Age=0/)
      expect(await isSignedIn(browser)).toBe(false)
      // What else came from this browser's sign-in ends with it.
      expect(await endedSessions(server)).toEqual(expect.arrayContaining([sessionId, other.sessionId]))
      expect((await feedRecords(server)).match(/"k":"s"/g)).toHaveLength(3)
      expect(server.logText()).not.toContain(idToken)
    })

    it.each(idTokenAlgorithms)(
      'an ID token signed with %s proves it; without an address a page says so',
      async (algorithm) => {
        const server = await start()
        const { browser, idToken, accessToken } = await signIn(server, await addClient(server, 'Shop', algorithm))
        expect(await userinfoStatus(server, accessToken)).toBe(200)
        const visit = await browser.get(at({ id_token_hint: idToken, state }))
        expect(visit.status).toBe(200)
        expect(visit.text).toContain('<h1>You are signed out</h1>')
        expect(await isSignedIn(browser)).toBe(false)
        expect(await userinfoStatus(server, accessToken)).toBe(401)
      },
    )

    it('it is so after the person has signed in once more, since the app goes on', async () => {
      const { browser, idToken } = await scene()
      await browser.submit(await browser.get('/login?switch=1'), person)
      const visit = await browser.get(at({ id_token_hint: idToken, post_logout_redirect_uri: goodbye }))
      expect(visit.location).toBe(goodbye)
    })

    it('POST works as GET, from a page of the app too, whose form brings no cookie', async () => {
      const { browser, idToken, server } = await scene()
      const parameters = { id_token_hint: idToken, post_logout_redirect_uri: goodbye, state }
      const bare = await browser.post('/end-session', parameters, { ...crossSite, cookie: '' })
      expect(bare.location).toBe(`${goodbye}&${new URLSearchParams({ state })}`)
      expect(await isSignedIn(browser)).toBe(false)
      const again = await signIn(server, decodeJwt(idToken).aud as string, browser)
      const visit = await again.browser.post('/end-session', { ...parameters, id_token_hint: again.idToken })
      expect(visit.location).toBe(bare.location)
      expect(await isSignedIn(browser)).toBe(false)
    })
  })

  describe('OpenID Connect RP-Initiated Logout 1.0 §2: the person is asked, and nothing ends before', () => {
    it.each([
      'nothing',
      'client_id alone',
      'a forged hint',
      'a hint of the algorithm none',
      'an access token',
      'text that is no token',
    ])('with a hint that is none, or without one: %s', async (kind) => {
      const { browser, clientId, idToken, accessToken, server } = await scene()
      const forged = `${idToken.split('.').slice(0, 2).join('.')}.${randomBytes(64).toString('base64url')}`
      const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
      const unsigned = `${header}.${idToken.split('.')[1]}.`
      const hints: Record<string, Record<string, string>> = {
        'client_id alone': { client_id: clientId },
        'a forged hint': { id_token_hint: forged },
        'a hint of the algorithm none': { id_token_hint: unsigned },
        'an access token': { id_token_hint: accessToken },
        'text that is no token': { id_token_hint: '..' },
      }
      expectAsked(await browser.get(at(hints[kind] ?? {})))
      // Nor does another site's form, where a browser sends the cookie along.
      expectAsked(await browser.post('/end-session', hints[kind] ?? {}, crossSite))
      expect(await isSignedIn(browser)).toBe(true)
      expect(await endedSessions(server)).toEqual([])
    })

    it('with the ID token of another browser of the same person, or of somebody else', async () => {
      const { server, browser, clientId } = await scene()
      await addAccount(server, 'grace', person.password)
      const elsewhere = await signIn(server, clientId)
      const grace = await signIn(server, clientId, undefined, { ...person, username: 'grace' })
      for (const { idToken } of [elsewhere, grace])
        expectAsked(await browser.get(at({ id_token_hint: idToken, post_logout_redirect_uri: goodbye })))
      expect(await endedSessions(server)).toEqual([])
    })

    it('with an ID token whose key was stolen: it has left the JWKS', async () => {
      const { server, browser, idToken } = await scene()
      const { database, sealer, keyRing } = server.running.installation
      const { kid } = JSON.parse(Buffer.from(idToken.split('.')[0] ?? '', 'base64url').toString())
      const draft = await draftReplacement(database.read, kid)
      if (!draft) throw new Error('no key')
      await database.write((tx) => replaceCompromisedKey(tx, sealer, { kid, draft, actor: 'cli' }))
      keyRing.forget()
      expectAsked(await browser.get(at({ id_token_hint: idToken })))
    })

    it('the page says who asks and where it leads; after the button the browser goes to the registered address', async () => {
      const { server, browser, clientId, accessToken } = await scene()
      const page = await browser.get(at({ client_id: clientId, post_logout_redirect_uri: goodbye, state }))
      expectAsked(page)
      expect(page.text).toContain('Shop &amp; Co asks to sign you out.')
      expect(page.text).toContain('<bdi id="username">ada</bdi>')
      expect(page.text).toContain('<bdi id="returns-to">app.example.com</bdi>')
      expect(page.text).toContain('<form method="get" action="/account">')
      expect(page.headers.get('content-security-policy')).toContain("form-action 'self' https://app.example.com;")
      const visit = await browser.submit(page, {})
      expect(visit.location).toBe(`${goodbye}&${new URLSearchParams({ state })}`)
      expect(await isSignedIn(browser)).toBe(false)
      expect(await userinfoStatus(server, accessToken)).toBe(401)
      // Once more, as with the back button: there is nothing to end, and it leads to the same place.
      expect((await browser.submit(page, {})).location).toBe(visit.location)
    })

    it('without an address the button leads to a page that says so', async () => {
      const { browser } = await scene()
      const done = await browser.submit(await browser.get('/end-session'), {})
      expect([done.status, done.text.includes('<h1>You are signed out</h1>')]).toEqual([200, true])
      expect(await isSignedIn(browser)).toBe(false)
    })

    it('another site cannot press the button', async () => {
      const { browser } = await scene()
      const page = await browser.get('/end-session')
      const account = /name="account" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
      const visit = await browser.post('/end-session/confirm', { account }, crossSite)
      expect(visit.status).toBe(403)
      expect(await isSignedIn(browser)).toBe(true)
    })

    it('somebody who has signed in since the page was shown is asked anew', async () => {
      const { server, browser, clientId } = await scene()
      await addAccount(server, 'grace', person.password)
      const page = await browser.get(at({ client_id: clientId, post_logout_redirect_uri: goodbye }))
      await browser.submit(await browser.get('/login?switch=1'), { ...person, username: 'grace' })
      const again = await browser.submit(page, {})
      expectAsked(again)
      expect(again.text).toContain('<bdi id="username">grace</bdi>')
      expect((await browser.submit(again, {})).location).toBe(goodbye)
    })

    it('ui_locales goes before the language of the browser', async () => {
      const { browser } = await scene()
      expect((await browser.get(at({ ui_locales: 'fr de' }))).text).toContain('<h1>Von Ostiary abmelden?</h1>')
    })
  })

  describe('OpenID Connect RP-Initiated Logout 1.0 §3: the address must be one that is registered, exactly', () => {
    it.each([
      `${goodbye}&more`,
      'https://app.example.com/goodbye',
      'https://APP.example.com/goodbye?from=ostiary',
      `${goodbye}#top`,
      redirectUri,
      '//evil.example',
      'javascript:alert(1)',
      'no address',
    ])('%s is none: a page says so, and nothing ends until it is confirmed', async (address) => {
      const { browser, idToken } = await scene()
      const page = await browser.get(at({ id_token_hint: idToken, post_logout_redirect_uri: address }))
      expect(page.status).toBe(400)
      expect(page.location).toBeUndefined()
      expect(page.text).toContain('is not registered for the app')
      expect(await isSignedIn(browser)).toBe(true)
      const done = await browser.submit(page, {})
      expect(done.text).toContain('<h1>You are signed out</h1>')
      expect(await isSignedIn(browser)).toBe(false)
      const nobody = await browser.get(at({ id_token_hint: idToken, post_logout_redirect_uri: address }))
      expect([nobody.status, nobody.location]).toEqual([400, undefined])
    })

    it('without a client there is no address that could be registered', async () => {
      const { browser } = await scene()
      const page = await browser.get(at({ post_logout_redirect_uri: goodbye }))
      expect([page.status, page.location]).toEqual([400, undefined])
    })

    it('when nobody is signed in, the browser goes there at once, or is told so', async () => {
      const { server, clientId, idToken } = await scene()
      const stranger = new Visitor(server.issuer)
      const visit = await stranger.get(at({ client_id: clientId, post_logout_redirect_uri: goodbye, state }))
      expect(visit.location).toBe(`${goodbye}&${new URLSearchParams({ state })}`)
      expect((await stranger.get(at({ id_token_hint: idToken }))).text).toContain('<h1>You are signed out</h1>')
      // The ID token alone ends nothing: whose browser this is, it can't tell.
      expect(await endedSessions(server)).toEqual([])
    })
  })

  describe('OpenID Connect RP-Initiated Logout 1.0 §4: a bad request gets a page, leads nowhere and ends nothing', () => {
    it.each<[string, (valid: Record<string, string>) => string]>([
      ['a client_id that is not that of the hint', (valid) => at({ ...valid, client_id: 'OTHER' })],
      ['a client that is not registered', () => at({ client_id: 'nobody', post_logout_redirect_uri: goodbye })],
      ['a repeated address', (valid) => `${at(valid)}&post_logout_redirect_uri=https://evil.example`],
      ['a repeated state', (valid) => `${at({ ...valid, state })}&state=other`],
      ['control characters', (valid) => at({ ...valid, state: 'a\r\nSet-Cookie: b=c' })],
      ['a NUL in the client', (valid) => at({ ...valid, client_id: 'a\0b' })],
      ['a state that is too long', (valid) => at({ ...valid, state: 'x'.repeat(4097) })],
      ['a hint that is too long', (valid) => at({ ...valid, id_token_hint: 'x'.repeat(4097) })],
    ])('%s', async (_, urlOf) => {
      const { server, browser, idToken } = await scene()
      const other = await addClient(server, 'Library')
      const url = urlOf({ id_token_hint: idToken, post_logout_redirect_uri: goodbye }).replace('OTHER', other)
      const visit = await browser.get(url)
      expect(visit.status).toBe(400)
      expect(visit.location).toBeUndefined()
      expect(visit.headers.get('content-type')).toContain('text/html')
      expect(await isSignedIn(browser)).toBe(true)
    })

    it('a form too large to be asked for again by GET, a repeated field, a body that is no form', async () => {
      const { server } = await scene()
      const send = (body: string, type = 'application/x-www-form-urlencoded') =>
        fetch(`${server.issuer}/end-session`, {
          method: 'POST',
          body,
          headers: { 'content-type': type },
          redirect: 'manual',
        })
      expect((await send(`state=${'x'.repeat(4000)}&logout_hint=${'y'.repeat(4096)}`)).status).toBe(400)
      expect((await send('state=a&state=b')).status).toBe(400)
      expect((await send('%')).status).toBe(400)
      expect((await send('hello', 'text/plain')).status).toBe(415)
      expect((await send('{"state":{"a":1}}', 'application/json')).status).toBe(400)
    })
  })
})
