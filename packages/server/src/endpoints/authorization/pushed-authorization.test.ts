import { afterEach, describe, expect, it } from 'vitest'
import { AuthorizationScene, addClient, person, type Wire } from '../../../testing/authorization-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { purgeRequests } from '../../domain/authorizations/pending-requests.ts'

forEachDatabase('POST /par', ({ createUrl }) => {
  const scenes: AuthorizationScene[] = []
  afterEach(async () => {
    for (const { server } of scenes.splice(0)) await server.stop()
  })

  async function start(...[described]: [Parameters<typeof AuthorizationScene.start>[1]?]): Promise<AuthorizationScene> {
    const scene = await AuthorizationScene.start({ databaseUrl: await createUrl() }, described)
    scenes.push(scene)
    return scene
  }

  const issuedCodes = async (scene: AuthorizationScene) =>
    (await scene.acts()).filter((act) => act === 'authorization.granted').length

  it('RFC 9126 §2.2, §4: a pushed request is 201 and not to be kept; client_id and request_uri alone lead to a code', async () => {
    const scene = await start()
    const { status, headers, body } = await scene.push()
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store'])
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(body).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{22}$/),
      expires_in: 90,
    })
    const query = new URLSearchParams({ client_id: scene.clientId, request_uri: String(body.request_uri) })
    const answer = await scene.authorize(`/authorize?${query}`)
    expect(answer).toEqual({ code: expect.any(String), state: scene.parameters().state, iss: scene.server.issuer })
    expect((await scene.exchange(answer.code ?? '')).body).toMatchObject({ scope: 'openid orders:read' })
    expect(await scene.acts()).toContain('authorization.granted')
  })

  it('RFC 9126 §4: POST /authorize takes a request_uri as GET does', async () => {
    const scene = await start()
    const pushed = new URL(await scene.pushedUrl(), scene.server.issuer)
    const page = await scene.browser.post('/authorize', Object.fromEntries(pushed.searchParams))
    expect(scene.answerOf(await scene.finish(page))).toHaveProperty('code')
  })

  it('RFC 9126 §4: what else stands beside the request_uri is ignored', async () => {
    const scene = await start()
    const beside = {
      scope: 'openid orders:write',
      state: 'changed',
      redirect_uri: 'https://evil.example/',
      prompt: 'none',
    }
    const answer = await scene.authorize(`${await scene.pushedUrl()}&${new URLSearchParams(beside)}`)
    expect(answer.state).toBe(scene.parameters().state)
    expect((await scene.exchange(answer.code ?? '')).body).toMatchObject({ scope: 'openid orders:read' })
  })

  it('RFC 9126 §4, §7.3: the page may be visited twice, the request is answered once', async () => {
    const scene = await start()
    const url = await scene.pushedUrl()
    await scene.browser.get(url)
    const again = await scene.browser.get(url)
    expect(scene.answerOf(await scene.finish(again))).toHaveProperty('code')
    const late = await scene.browser.get(url)
    expect([late.status, late.location]).toEqual([400, undefined])
    expect(late.text).toContain('completed already')
    expect(await issuedCodes(scene)).toBe(1)
  })

  it('RFC 9126 §7.3: a request that the person has refused is used as well', async () => {
    const scene = await start()
    const url = await scene.pushedUrl()
    const consent = await scene.browser.submit(await scene.browser.get(url), person)
    expect(scene.answerOf(await scene.browser.submit(consent, { decision: 'deny' }))).toMatchObject({
      error: 'access_denied',
    })
    expect((await scene.browser.get(url)).status).toBe(400)
  })

  it('RFC 9126 §7.3: 20 parallel authorizations of one request_uri give exactly one code', async () => {
    const scene = await start({ isFirstParty: true })
    await scene.browser.submit(await scene.browser.get('/login'), person)
    const url = await scene.pushedUrl()
    const answers = await Promise.all(Array.from({ length: 20 }, () => scene.browser.get(url)))
    const codes = answers.filter(({ location }) => location?.includes('code='))
    expect([codes.length, await issuedCodes(scene)]).toEqual([1, 1])
    expect(answers.filter(({ status, location }) => status === 400 && location === undefined)).toHaveLength(19)
  })

  it('RFC 9126 §7.3: 20 parallel decisions in two tabs of one request_uri give exactly one answer', async () => {
    const scene = await start()
    const url = await scene.pushedUrl()
    const tabs = [await scene.browser.submit(await scene.browser.get(url), person), await scene.browser.get(url)]
    const decide = (index: number) =>
      scene.browser.submit(tabs[index % 2] as Visit, { decision: index % 3 === 0 ? 'deny' : 'allow' })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => decide(index)))
    expect(answers.filter(({ location }) => location !== undefined)).toHaveLength(1)
    const decided = (await scene.acts()).filter((act) => act.startsWith('authorization.'))
    expect(decided).toHaveLength(1)
  })

  it('RFC 9126 §2.2: what was pushed and never shown is forgotten with its time; nothing is kept of what is refused', async () => {
    const scene = await start()
    const { database } = scene.server.running.installation
    const countRows = async () => {
      type Rows = { authorization_request: { id: string } }
      return (await database.read.withTables<Rows>().selectFrom('authorization_request').select('id').execute()).length
    }
    await scene.push({ code_challenge: undefined })
    expect(await countRows()).toBe(0)
    await scene.push()
    await scene.browser.get(await scene.pushedUrl())
    expect(await countRows()).toBe(2)
    scene.server.clock.set(scene.server.clock.now() + 90_001)
    await database.write((tx) => purgeRequests(tx, 100))
    expect(await countRows()).toBe(1)
    scene.server.clock.set(scene.server.clock.now() + 3_600_000)
    await database.write((tx) => purgeRequests(tx, 100))
    expect(await countRows()).toBe(0)
  })

  it('RFC 9126 §2.2: a request_uri is taken for 90 seconds; who came in time may take an hour to answer', async () => {
    const scene = await start()
    const { clock } = scene.server
    const pushedAt = clock.now()
    const [url, late] = [await scene.pushedUrl(), await scene.pushedUrl()]
    clock.set(pushedAt + 89_999)
    const login = await scene.browser.get(url)
    expect(login.status).toBe(200)
    clock.set(pushedAt + 90_000)
    for (const over of [url, late]) {
      const page = await new Visitor(scene.server.issuer).get(over)
      expect([page.status, page.location]).toEqual([400, undefined])
      expect(page.text).toContain('request_uri')
    }
    clock.set(pushedAt + 3_000_000)
    expect(scene.answerOf(await scene.finish(login))).toHaveProperty('code')
  })

  it('OpenID Connect Core §3.1.2.1: prompt=login counts from the visit, not from the push', async () => {
    const scene = await start({ isFirstParty: true })
    const { clock } = scene.server
    const url = await scene.pushedUrl({ prompt: 'login' })
    clock.set(clock.now() + 10_000)
    await scene.browser.submit(await scene.browser.get('/login'), person)
    clock.set(clock.now() + 10_000)
    expect((await scene.browser.get(url)).text).toContain('name="password"')
  })

  it('RFC 9126 §2.2, §7.1: unknown, foreign and misspelt request_uris end on a page, and what is not shown yet cannot be resumed', async () => {
    const scene = await start()
    const other = await addClient(scene.server, { redirectUris: [scene.redirectUri] })
    const url = new URL(await scene.pushedUrl(), scene.server.issuer)
    const requestUri = url.searchParams.get('request_uri') ?? ''
    const wrong: Wire[] = [
      { client_id: other.id },
      { client_id: 'cli_nobody' },
      { client_id: undefined },
      { client_id: '' },
      { request_uri: `${requestUri}x` },
      { request_uri: requestUri.slice(0, -1) },
      { request_uri: 'urn:ietf:params:oauth:request_uri:' },
      { request_uri: `urn:ietf:params:oauth:request_uri:${'A'.repeat(22)}` },
      { request_uri: requestUri.toUpperCase(), redirect_uri: undefined },
    ]
    for (const more of wrong) {
      const parameters = scene.parameters({ request_uri: requestUri, redirect_uri: 'https://evil.example/', ...more })
      const page = await scene.browser.get(`/authorize?${new URLSearchParams(parameters)}`)
      expect([page.status, page.location], JSON.stringify(more)).toEqual([400, undefined])
    }
    const id = requestUri.split(':').at(-1) ?? ''
    expect((await scene.browser.get(`/authorize/resume?request=${id}`)).status).toBe(400)
    // None of this has used it up.
    expect(await scene.authorize(url.pathname + url.search)).toHaveProperty('code')
  })

  it('OpenID Connect Core §3.1.2.6: a request_uri of elsewhere is request_uri_not_supported', async () => {
    const scene = await start()
    for (const requestUri of ['https://app.example.com/request.jwt', 'urn:example:request', 'file:///etc/passwd']) {
      const visit = await scene.browser.get(scene.url({ request_uri: requestUri }))
      expect(scene.answerOf(visit)).toMatchObject({ error: 'request_uri_not_supported' })
    }
  })

  describe('RFC 9126 §6: a client that must push', () => {
    it('is told invalid_request on the way without, at its own address only', async () => {
      const scene = await start({ isPushRequired: true })
      const direct: Wire[] = [{}, { prompt: 'none' }, { request_uri: 'https://app.example.com/r' }, { request_uri: '' }]
      for (const more of direct) {
        const answer = scene.answerOf(await scene.browser.get(scene.url(more)))
        expect(answer, JSON.stringify(more)).toMatchObject({
          error: 'invalid_request',
          error_description: expect.stringContaining('push'),
          state: scene.parameters().state,
          iss: scene.server.issuer,
        })
      }
      const posted = await scene.browser.post('/authorize', scene.parameters())
      expect(scene.answerOf(posted)).toMatchObject({ error: 'invalid_request' })
      const foreign = await scene.browser.get(scene.url({ redirect_uri: 'https://evil.example/' }))
      expect([foreign.status, foreign.location]).toEqual([400, undefined])
      expect(await scene.authorize(await scene.pushedUrl())).toHaveProperty('code')
      expect(await issuedCodes(scene)).toBe(1)
    })
  })

  describe('RFC 9126 §2.3: refusals are JSON, never redirects', () => {
    const refused: readonly [Wire, string][] = [
      [{ request_uri: 'urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAA' }, 'invalid_request'],
      [{ request_uri: 'https://app.example.com/request.jwt' }, 'invalid_request'],
      [{ request: 'eyJ' }, 'request_not_supported'],
      [{ registration: '{}' }, 'registration_not_supported'],
      [{ redirect_uri: undefined }, 'invalid_request'],
      [{ redirect_uri: 'https://evil.example/' }, 'invalid_request'],
      [{ redirect_uri: 'https://app.example.com/callback?x=1' }, 'invalid_request'],
      [{ response_type: undefined }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ code_challenge: undefined }, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ scope: 'openid nonsense' }, 'invalid_scope'],
      [{ resource: 'https://unknown.example' }, 'invalid_target'],
      [{ client_id: undefined }, 'invalid_client'],
      [{ client_id: 'cli_nobody' }, 'invalid_client'],
      [{ client_secret: 'of a public client' }, 'invalid_client'],
    ]

    it('with the errors of the authorization endpoint, and invalid_client for who is not known', async () => {
      const scene = await start()
      for (const [more, error] of refused) {
        const { status, body, headers } = await scene.push(more)
        const description = expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
        expect([more, body]).toMatchObject([more, { error, error_description: description }])
        expect(status).toBe(error === 'invalid_client' ? 401 : 400)
        expect([headers.get('cache-control'), headers.get('location')]).toEqual(['no-store', null])
      }
    })

    it('RFC 9126 §2.1: a confidential client proves who it is as at the token endpoint, and pushes for nobody else', async () => {
      const scene = await start()
      const { id, secret } = await addClient(scene.server, { type: 'confidential', redirectUris: [scene.redirectUri] })
      const basic = (password: string) => ({
        authorization: `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`,
      })
      const ask = async (more: Wire, headers = {}) => {
        const { status, body } = await scene.push({ client_id: id, ...more }, headers)
        return [status, body.error]
      }
      expect(await ask({ client_secret: secret })).toEqual([201, undefined])
      expect(await ask({}, basic(secret))).toEqual([201, undefined])
      expect(await ask({ client_id: undefined }, basic(secret))).toEqual([201, undefined])
      expect(await ask({})).toEqual([401, 'invalid_client'])
      expect(await ask({ client_secret: 'wrong' })).toEqual([401, 'invalid_client'])
      expect(await ask({}, basic('wrong'))).toEqual([401, 'invalid_client'])
      expect(await ask({ client_id: scene.clientId }, basic(secret))).toEqual([400, 'invalid_request'])
      expect(await ask({ client_secret: secret }, basic(secret))).toEqual([400, 'invalid_request'])
    })

    it('RFC 9126 §2.1: only POST; pages of any origin may push', async () => {
      const { server } = await start()
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
        const { status, headers } = await fetch(`${server.issuer}/par`, { method })
        expect([method, status, headers.get('allow')]).toEqual([method, 405, 'POST'])
      }
      const headers = { origin: 'https://spa.example', 'access-control-request-method': 'POST' }
      const preflight = await fetch(`${server.issuer}/par`, { method: 'OPTIONS', headers })
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    })
  })
})
