import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AuthorizationScene, addClient, person } from '../../../testing/authorization-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { type Authenticator, addAuthenticator, readAuthenticator } from '../../../testing/factor-scene.ts'
import type { Visit } from '../../../testing/visitor.ts'
import { addRole } from '../../domain/accounts/change-role.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { makeRecoveryCodes } from '../../domain/recovery-codes/recovery-codes.ts'
import { requireFactorOfRole, updateApi } from '../../domain/revocation-acts/change-roles.ts'
import { findTotp } from '../../domain/totp/totp.ts'

const audience = 'https://api.example.com'
const minute = 60_000

forEachDatabase('required factors', ({ createUrl }) => {
  let scene: AuthorizationScene
  let app: Authenticator

  const database = () => scene.server.running.installation.database
  const later = (milliseconds: number) => scene.server.clock.set(scene.server.clock.now() + milliseconds)
  const asked = ({ url }: Visit) => new URL(url, scene.server.issuer).pathname

  async function start(described: Parameters<typeof AuthorizationScene.start>[1] = {}): Promise<void> {
    scene = await AuthorizationScene.start({ databaseUrl: await createUrl() }, { isFirstParty: true, ...described })
  }
  beforeEach(() => start())
  afterEach(() => scene.server.stop())

  const requireOfApi = (requiredFactor: string) => updateApi(database(), { audience, requiredFactor }, 'cli')

  async function requireOfRole(): Promise<void> {
    await database().write((tx) => addRole(tx, { accountId: scene.accountId, role: 'admin', actor: 'cli' }))
    await requireFactorOfRole(database(), { role: 'admin', acr: 'aal2', actor: 'cli' })
  }

  const logIn = (more: Record<string, string> = {}) =>
    fetch(`${scene.server.issuer}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ ...person, audience, ...more }),
    })

  const bodyOf = async (answer: Promise<Response>) => {
    const response = await answer
    const { code, factors, access_token } = (await response.json()) as Record<string, string>
    return { status: response.status, code, factors, claims: access_token ? decodeJwt(access_token) : undefined }
  }

  it.each<[string, () => Promise<unknown>]>([
    ['the client', () => scene.server.stop().then(() => start({ requiredFactor: 'mfa' }))],
    ['the API', () => requireOfApi('mfa')],
    ['a role of the account', () => requireOfRole()],
  ])('%s can require one: it is asked for before a code is given, and tokens say so', async (_, require) => {
    await require()
    app = await addAuthenticator(scene.server, scene.accountId)
    later(minute)
    const page = await scene.browser.get(scene.url())
    const step = await scene.browser.submit(page, person)
    expect(asked(step)).toBe('/login/second-factor')
    // It is demanded, so no browser is remembered for it.
    expect(step.text).not.toContain('name="remember"')
    const done = await scene.browser.submit(step, { code: app.code() })
    const { body: tokens } = await scene.exchange(scene.answerOf(done).code ?? '')
    expect(decodeJwt(String(tokens.access_token))).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] })
    expect(decodeJwt(String(tokens.id_token))).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] })
  })

  it('who has none gets one on the way, and is where they wanted to be', async () => {
    await requireOfApi('mfa')
    const page = await scene.browser.submit(await scene.browser.get(scene.url()), person)
    expect(asked(page)).toBe('/login/enrol')
    const shown = await scene.browser.submit(page, { code: readAuthenticator(scene.server, page.text).code() })
    const [, next = ''] = /<a class="button" href="([^"]+)"/.exec(shown.text) ?? []
    const done = await scene.browser.get(next.replaceAll('&amp;', '&'))
    const { body } = await scene.exchange(scene.answerOf(done).code ?? '')
    expect(decodeJwt(String(body.access_token))).toMatchObject({ acr: 'aal2' })
  })

  it.each<[string, () => Promise<unknown>]>([
    ['an API', () => requireOfApi('mfa')],
    ['a role', () => requireOfRole()],
  ])(
    'once %s requires one, a session without is not refreshed, and a silent request is not answered',
    async (_, require) => {
      const { code = '' } = await scene.authorize(scene.url())
      const { body } = await scene.exchange(code)
      const refresh = (token: unknown) =>
        scene.send('/token', { grant_type: 'refresh_token', client_id: scene.clientId, refresh_token: String(token) })
      const first = await refresh(body.refresh_token)
      expect(first.status).toBe(200)
      await require()
      const second = await refresh(first.body.refresh_token)
      expect([second.status, second.body.error]).toEqual([400, 'invalid_grant'])
      expect(await scene.authorize(scene.url({ prompt: 'none' }))).toMatchObject({ error: 'login_required' })
      const asks = await scene.browser.get(scene.url())
      expect(asked(asks)).toBe('/login/enrol')
      later(16 * minute)
      // Whoever finds an old session open gets no factor of their own for it.
      expect(asked(await scene.browser.get(scene.url()))).toBe('/login')
    },
  )

  it('a refresh that is refused for one uses nothing up: the session goes on when it is required no more', async () => {
    const { code = '' } = await scene.authorize(scene.url())
    const { body } = await scene.exchange(code)
    const form = { grant_type: 'refresh_token', client_id: scene.clientId, refresh_token: String(body.refresh_token) }
    await requireOfApi('mfa')
    expect((await scene.send('/token', form)).status).toBe(400)
    // By then a token that was used is a copy in the hands of a thief.
    later(minute)
    expect((await scene.send('/token', form)).status).toBe(400)
    await requireOfApi('none')
    expect((await scene.send('/token', form)).status).toBe(200)
  })

  it('RFC 9470 §5: acr_values and max_age have who is signed in prove a factor, and sign in anew', async () => {
    app = await addAuthenticator(scene.server, scene.accountId)
    later(minute)
    const step = await scene.browser.submit(await scene.browser.get('/login'), person)
    await scene.browser.submit(step, { code: app.code(), remember: '1' })
    later(10 * minute)
    expect((await scene.authorize(scene.url())).code).toBeDefined()
    const again = await scene.browser.submit(await scene.browser.get(scene.url({ max_age: '300' })), person)
    // The browser is remembered.
    const plain = decodeJwt(String((await scene.exchange(scene.answerOf(again).code ?? '')).body.access_token))
    expect([plain.acr, plain.auth_time]).toEqual(['aal1', Math.floor(scene.server.clock.now() / 1000)])
    const stepped = await scene.browser.get(scene.url({ acr_values: 'phr aal2' }))
    expect(asked(stepped)).toBe('/login/second-factor')
    const done = await scene.browser.submit(stepped, { code: app.code() })
    const claims = decodeJwt(String((await scene.exchange(scene.answerOf(done).code ?? '')).body.access_token))
    expect(claims).toMatchObject({ acr: 'aal2', auth_time: plain.auth_time })
  })

  it('a role’s demand is none the less for a client that wishes more than the account can prove', async () => {
    await requireOfRole()
    later(minute)
    const wish = scene.url({ acr_values: 'phr' })
    const page = await scene.browser.submit(await scene.browser.get(wish), person)
    expect(asked(page)).toBe('/login/enrol')
    expect(asked(await scene.browser.get('/account'))).toBe('/login')
    await scene.browser.submit(page, { code: readAuthenticator(scene.server, page.text).code() })
    // Who has no passkey is asked for none.
    const { code = '' } = await scene.authorize(wish)
    expect(decodeJwt(String((await scene.exchange(code)).body.access_token))).toMatchObject({ acr: 'aal2' })
  })

  it('a device is allowed only by who has proved what its API requires', async () => {
    const { id } = await addClient(scene.server, { grants: ['urn:ietf:params:oauth:grant-type:device_code'] })
    const wish = { client_id: id, resource: audience, scope: 'orders:read' }
    const { body } = await scene.send('/device-authorization', wish)
    const enter = () => scene.browser.post('/device', { user_code: String(body.user_code) })
    await scene.browser.submit(await scene.browser.get('/login'), person)
    expect((await enter()).text).toContain('name="decision"')
    await requireOfApi('mfa')
    const page = await enter()
    expect(asked(page)).toBe('/login/enrol')
    await scene.browser.submit(page, { code: readAuthenticator(scene.server, page.text).code() })
    expect((await enter()).text).toContain('name="decision"')
  })

  it('POST /login: a code beside the password, and what is said without one', async () => {
    const { installation } = scene.server.running
    expect((await bodyOf(logIn())).claims).toMatchObject({ acr: 'aal1', amr: ['pwd'] })
    await requireOfApi('mfa')
    expect(await bodyOf(logIn())).toMatchObject({ status: 403, code: 'second_factor_required', factors: [] })
    app = await addAuthenticator(scene.server, scene.accountId)
    later(minute)
    expect(await bodyOf(logIn())).toMatchObject({ status: 403, code: 'second_factor_required', factors: ['totp'] })
    expect(await bodyOf(logIn({ otp: '000000' }))).toMatchObject({ status: 401, code: 'invalid_otp' })
    expect(await bodyOf(logIn({ otp: app.code(), password: 'a wrong one, long enough' }))).toMatchObject({
      ...{ status: 401, code: 'invalid_credentials' },
    })
    expect((await bodyOf(logIn({ otp: app.code() }))).claims).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] })
    expect(await bodyOf(logIn({ otp: app.code() }))).toMatchObject({ status: 401, code: 'invalid_otp' })
    const made = { accountId: scene.accountId, network: '127.0.0.1' }
    const [recovery = ''] = await installation.database.write((tx) => makeRecoveryCodes(tx, made))
    expect((await bodyOf(logIn({ otp: recovery }))).claims).toMatchObject({ acr: 'aal2' })
    const events = await listAuditEvents(database().read, { limit: 100 })
    expect(
      events
        .filter(({ act }) => act === 'factor.used')
        .map(({ detail }) => detail.factor)
        .sort(),
    ).toEqual(['recovery_code', 'totp'])
    for (let count = 0; count < 6; count += 1) await logIn({ otp: '000000' })
    const throttled = await logIn({ otp: app.code() })
    expect([throttled.status, Number(throttled.headers.get('retry-after')) > 0]).toEqual([429, true])
  })

  it('POST /login: of 20 parallel uses of one code one is let in', async () => {
    app = await addAuthenticator(scene.server, scene.accountId)
    later(minute)
    const answers = await Promise.all(Array.from({ length: 20 }, () => logIn({ otp: app.code() })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  const step = 's'.repeat(43)
  it.each<[string, Readonly<Record<string, string>>]>([
    ['/login/second-factor', { factor: 'totp', step, code: '123456' }],
    ['/login/enrol', { enrolment: 'v1.x.y', code: '123456', step }],
    ['/account/security/totp', { enrolment: 'v1.x.y', code: '123456' }],
    ['/account/security/remembered-devices', { forget: 'all' }],
    ['/login', { ...person, otp: '123456' }],
  ])('POST %s: what is missing, repeated, empty, too long or unprintable is refused in words', async (path, fields) => {
    const { issuer } = scene.server
    for (const name of Object.keys(fields)) {
      const without = new URLSearchParams(Object.entries(fields).filter(([other]) => other !== name))
      const spoilt = ['', 'x'.repeat(5000), 'a\u0000b', 'a\nb', '\ufffd'.repeat(70)].map((value) => {
        return new URLSearchParams([...without, [name, value]])
      })
      const twice = new URLSearchParams([...Object.entries(fields), [name, fields[name] ?? '']])
      for (const body of [without, twice, ...spoilt]) {
        const headers = { origin: issuer, 'sec-fetch-site': 'same-origin', accept: 'text/html' }
        const { status } = await fetch(`${issuer}${path}`, { method: 'POST', headers, body, redirect: 'manual' })
        expect(status === 303 || (status >= 400 && status < 500), `${path} ${name} ${status}`).toBe(true)
      }
    }
    expect(await findTotp(database().read, scene.accountId)).toBeUndefined()
  })

  it('RFC 9470 §7: the metadata says which values of acr there are', async () => {
    const metadata = await (await fetch(`${scene.server.issuer}/.well-known/oauth-authorization-server`)).json()
    expect(metadata).toMatchObject({ acr_values_supported: ['aal1', 'aal2', 'phr'] })
  })
})
