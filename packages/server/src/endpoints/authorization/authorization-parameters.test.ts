import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AuthorizationScene, addClient, person, type Wire } from '../../../testing/authorization-scene.ts'
import { addAccount } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'

describe('parameters of an authorization request', () => {
  let scene: AuthorizationScene
  beforeAll(async () => {
    scene = await AuthorizationScene.start({})
    await addAccount(scene.server, 'grace', person.password)
  })
  afterAll(() => scene?.server.stop())

  let browser: Visitor
  beforeEach(() => {
    browser = new Visitor(scene.server.issuer)
  })

  const authorize = async (url: string) => scene.answerOf(await scene.finish(await browser.get(url), browser))

  async function claimsOf(url: string): Promise<ReturnType<typeof decodeJwt>> {
    const { body } = await scene.exchange((await authorize(url)).code ?? '')
    return decodeJwt(String(body.id_token))
  }

  const languageOf = ({ text }: Visit) => /<html lang="(\w+)"/.exec(text)?.[1]

  it('RFC 6749 §3.3: the order of scopes and of parameters means nothing', async () => {
    const scopes = ['orders:write', 'profile', 'openid', 'orders:read']
    const reversed = Object.entries(scene.parameters({ scope: scopes.join(' ') })).reverse()
    const { code = '' } = await authorize(`/authorize?${new URLSearchParams(reversed)}`)
    const { body } = await scene.exchange(code)
    expect(String(body.scope).split(' ').sort()).toEqual(scopes.sort())
  })

  it('RFC 6749 §3.1: unknown parameters are ignored, however they look', async () => {
    const unknown = {
      foo: 'bar',
      'scope[]': 'orders:write',
      'redirect_uri[]': 'https://evil.example/',
      __proto__x: '1',
    }
    expect(await authorize(scene.url(unknown))).toHaveProperty('code')
  })

  it.each(['n', 'a'.repeat(64), 'n'.repeat(1024), 'ünïcode \u{1f511} & "quotes" <b>'])(
    'OpenID Connect Core §3.1.2.1: a nonce comes back unchanged (%#)',
    async (nonce) => {
      expect((await claimsOf(scene.url({ nonce }))).nonce).toBe(nonce)
    },
  )

  it('OpenID Connect Core §3.1.2.1, §3.1.3.7: without a nonce none is returned', async () => {
    expect(await claimsOf(scene.url({ nonce: undefined }))).not.toHaveProperty('nonce')
    expect(await claimsOf(scene.url({ nonce: '' }))).not.toHaveProperty('nonce')
  })

  it.each(['s', 's'.repeat(4096), 'a b+c%20&iss=https://evil.example&code=x#"<ü\u{1f511}'])(
    'RFC 6749 §4.1.2: state comes back unchanged (%#)',
    async (state) => {
      const { iss, ...answer } = await authorize(scene.url({ state }))
      expect([iss, answer]).toEqual([scene.server.issuer, { state, code: expect.stringMatching(/^[\w-]{43}$/) }])
    },
  )

  it('RFC 6749 §4.1.2: without a state none is returned, and one that is too long is an error and never cut', async () => {
    expect(Object.keys(await authorize(scene.url({ state: undefined }))).sort()).toEqual(['code', 'iss'])
    const refused = await authorize(scene.url({ state: 's'.repeat(4097) }))
    expect(refused).toEqual({
      error: 'invalid_request',
      error_description: expect.any(String),
      error_uri: `${scene.server.issuer}/errors/invalid_request`,
      iss: scene.server.issuer,
    })
  })

  it.each(['token', 'id_token', 'id_token token', 'code token', 'code id_token token', 'none', 'CODE', 'code code'])(
    'FAPI 2.0 §5.3.2, RFC 9700 §2.1.2: response_type=%s gives nothing through the browser',
    async (responseType) => {
      expect(await authorize(scene.url({ response_type: responseType }))).toMatchObject({
        error: 'unsupported_response_type',
      })
    },
  )

  it('RFC 6749 §3.1.2.3: without redirect_uri the only one is meant; where there is a choice, or OpenID Connect, it is an error', async () => {
    const two = await addClient(scene.server, { redirectUris: [scene.redirectUri, 'https://other.example.com/cb'] })
    const plain: Wire = { redirect_uri: undefined, scope: 'orders:read' }
    expect(await authorize(scene.url(plain))).toHaveProperty('code')
    for (const more of [{ ...plain, client_id: two.id }, { redirect_uri: undefined }]) {
      const page = await browser.get(scene.url(more))
      expect([page.status, page.location]).toEqual([400, undefined])
    }
  })

  describe('OpenID Connect Core §3.1.2.1', () => {
    it('acr_values that cannot be met are no error: acr tells what was reached', async () => {
      for (const values of ['aal1', 'aal3 gold', 'urn:mace:incommon:iap:silver', '0']) {
        expect((await claimsOf(scene.url({ acr_values: values }))).acr, values).toBe('aal1')
      }
    })

    it.each<Record<string, string>>([
      { display: 'page' },
      { display: 'touch' },
      { display: 'wap' },
      { display: 'hologram' },
      { claims_locales: 'de fr-CA xx' },
      { ui_locales: 'xx' },
      { ui_locales: '*;q=0.1, ,,' },
      { login_hint: 'nobody@example.com' },
      { login_hint: '<script>alert(1)</script>'.repeat(100) },
    ])('%j never causes an error', async (more) => {
      expect(await authorize(scene.url(more))).toHaveProperty('code')
    })

    it('login_hint stands in the field already, escaped', async () => {
      expect((await browser.get(scene.url({ login_hint: 'ada' }))).text).toContain('value="ada"')
      const escaped = (await browser.get(scene.url({ login_hint: '"><script>' }))).text
      expect(escaped).toContain('value="&quot;&gt;&lt;script&gt;"')
      expect((await browser.get(await scene.pushedUrl({ login_hint: 'ada' }))).text).toContain('value="ada"')
    })

    it.each([
      ['de', 'de'],
      ['ar', 'ar'],
      ['fr-CA fr de-AT en', 'de'],
      ['DE', 'de'],
      ['fr', 'en'],
      [undefined, 'en'],
    ])('ui_locales=%s: every page of the request speaks %s', async (uiLocales, language) => {
      const asked = { ui_locales: uiLocales, prompt: 'consent', response_mode: 'form_post' }
      for (const url of [scene.url(asked), await scene.pushedUrl(asked)]) {
        const visitor = new Visitor(scene.server.issuer)
        const login = await visitor.get(url)
        const refused = await visitor.submit(login, { ...person, password: 'not this one' })
        const consent = await visitor.submit(refused, person)
        expect(consent.text).toContain('name="decision"')
        const returning = await visitor.submit(consent, { decision: 'allow' })
        expect(returning.text).toContain('name="code"')
        expect([login, refused, consent, returning].map(languageOf)).toEqual(Array(4).fill(language))
      }
    })

    it('ui_locales goes before Accept-Language', async () => {
      const ask = async (query: string) => {
        const headers = { 'accept-language': 'ar', accept: 'text/html' }
        const page = await fetch(new URL(query, scene.server.issuer), { headers })
        return /<html lang="(\w+)"/.exec(await page.text())?.[1]
      }
      expect(await ask(scene.url({ ui_locales: 'de' }))).toBe('de')
      expect(await ask(scene.url({ ui_locales: 'fr' }))).toBe('ar')
      expect(await ask(scene.url())).toBe('ar')
    })

    it('prompt=select_account shows who is signed in, and lets somebody else sign in and answer', async () => {
      await browser.submit(await browser.get('/login'), person)
      const page = await browser.get(scene.url({ prompt: 'select_account' }))
      expect(page.text).toContain('<bdi id="username">ada</bdi>')
      const elsewhere = /href="([^"]+switch=1[^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
      const other = await browser.submit(await browser.get(elsewhere), { ...person, username: 'grace' })
      expect(other.text).toContain('<bdi id="username">grace</bdi>')
      const { code = '' } = scene.answerOf(await browser.submit(other, { decision: 'allow' }))
      const { sub } = decodeJwt(String((await scene.exchange(code)).body.id_token))
      expect(sub).not.toBe(scene.accountId)
      // The page that ada saw decides nothing for grace.
      expect((await browser.submit(page, { decision: 'allow' })).location).toBeUndefined()
    })
  })

  it('OpenID Connect Core §5.5: claims is ignored, as the metadata says', async () => {
    const claims = JSON.stringify({
      id_token: { email: { essential: true }, acr: { essential: true, values: ['aal9'] } },
    })
    const got = await claimsOf(scene.url({ claims }))
    expect(got).not.toHaveProperty('email')
    const metadata = await fetch(`${scene.server.issuer}/.well-known/openid-configuration`)
    expect(await metadata.json()).toMatchObject({
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      require_pushed_authorization_requests: false,
      pushed_authorization_request_endpoint: `${scene.server.issuer}/par`,
    })
  })

  it.each([
    [{ registration: '{"client_name":"x"}' }, 'registration_not_supported'],
    [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    [{ request: 'not a JWT' }, 'request_not_supported'],
    [{ request: 'eyJhbGciOiJub25lIn0.e30.', request_uri: 'https://app.example.com/r' }, 'request_not_supported'],
    [{ request_uri: 'https://app.example.com/r' }, 'request_uri_not_supported'],
  ])('OpenID Connect Core §3.1.2.6: what is not supported is named so: %j is %s', async (more, error) => {
    expect(await authorize(scene.url(more))).toMatchObject({ error })
  })
})
