import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { type DeviceScene, devicePerson, startDeviceScene } from '../../../testing/device-scene.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { formatTypedCode, makeTypedCode } from '../../domain/one-time/typed-code.ts'
import { logOutEverywhere } from '../../domain/sessions/log-out-everywhere.ts'

const unknown = 'This code is wrong or no longer valid.'

forEachDatabase('/device', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(described: Parameters<typeof startDeviceScene>[1] = {}): Promise<DeviceScene> {
    const scene = await startDeviceScene({ databaseUrl: await createUrl() }, described)
    servers.push(scene.server)
    return scene
  }

  const pass = ({ clock }: TestServer, seconds: number) => clock.set(clock.now() + seconds * 1000)
  const acts = async ({ server }: DeviceScene) =>
    (await listAuditEvents(server.running.installation.database.read, { limit: 50 })).map(({ act }) => act)
  /** Fails when somebody has drawn the same, once in 25 billion times. */
  const wrongCode = () => formatTypedCode(makeTypedCode())

  it('RFC 8628 §3.3: sign in, enter the code, see who asks for what, allow: by forms alone', async () => {
    const scene = await start()
    const { browser, ask } = scene
    const { body: codes } = await ask({ scope: 'openid email orders:read' })
    const login = await browser.get('/device')
    expect(login.text).toContain('name="password"')
    const form = await browser.submit(login, devicePerson)
    expect(new URL(form.url).pathname).toBe('/device')
    expect(form.text).toContain('name="user_code" type="text" value=""')
    expect(form.headers.get('content-security-policy')).toContain("form-action 'self';")
    const confirmation = await browser.submit(form, {
      user_code: ` ${codes.user_code?.toLowerCase().replace('-', ' ')} `,
    })
    expect(confirmation.status).toBe(200)
    expect(confirmation.headers.get('cache-control')).toBe('no-store')
    for (const shown of [
      'TV &amp; Co asks for access',
      `<bdi class="user-code" id="shown-code" dir="ltr">${codes.user_code}</bdi>`,
      'Did somebody send you this code?',
      'See your e-mail address',
      '<bdi>orders:read</bdi> · <bdi>Orders</bdi>',
      '<bdi id="username">ada</bdi>',
      '<bdi id="network">127.0.0.1</bdi>',
    ])
      expect(confirmation.text).toContain(shown)
    const done = await browser.submit(confirmation, { decision: 'allow' })
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('Your device is connected')])
    expect(done.text).not.toContain('<form')
    expect((await scene.poll(codes.device_code)).status).toBe(200)
    expect(await acts(scene)).toEqual(expect.arrayContaining(['device_authorization.granted', 'consent.granted']))
    expect(scene.server.logText()).not.toContain(codes.user_code)
    // Withdrawn where every consent is.
    expect((await browser.get('/account')).text).toContain('<bdi>TV &amp; Co</bdi>')
  })

  it.each(['de', 'ar'])('in %s the pages speak that language', async (language) => {
    const { browser, ask } = await start()
    await browser.submit(await browser.get('/device'), devicePerson)
    const { body: codes } = await ask()
    const headers = { 'accept-language': language }
    const confirmation = await browser.post('/device', { user_code: codes.user_code ?? '' }, headers)
    expect(confirmation.text).toContain(`<html lang="${language}"`)
    const account = /name="account" value="([^"]+)"/.exec(confirmation.text)?.[1] ?? ''
    const decision = { user_code: codes.user_code ?? '', account, decision: 'allow' }
    const done = await browser.post('/device/decision', decision, headers)
    expect([done.status, done.text]).toEqual([200, expect.stringContaining(`<html lang="${language}"`)])
  })

  it('RFC 8628 §3.3.1: verification_uri_complete fills the field in; a GET looks nothing up and decides nothing', async () => {
    const scene = await start()
    const { browser, ask, poll } = scene
    const { body: codes } = await ask()
    const login = await browser.get(codes.verification_uri_complete ?? '')
    const form = await browser.submit(login, devicePerson)
    expect(form.text).toContain(`value="${codes.user_code}"`)
    expect(form.text).not.toContain('TV &amp; Co')
    expect(form.text).not.toContain('name="decision"')
    for (const [path, status] of [
      ['/device', 200],
      ['/device/decision', 405],
    ] as const) {
      const query = new URLSearchParams({
        user_code: codes.user_code ?? '',
        account: scene.accountId,
        decision: 'allow',
      })
      expect((await browser.get(`${path}?${query}`)).status).toBe(status)
    }
    expect((await poll(codes.device_code)).body.error).toBe('authorization_pending')
  })

  it('RFC 8628 §5.4: the operator’s own app is asked about too, and so is what was allowed before', async () => {
    const { ask, enter, decide } = await start({ isFirstParty: true })
    await decide((await ask()).body.user_code)
    expect((await enter((await ask()).body.user_code)).text).toContain('name="decision" value="allow"')
  })

  it('one sentence for codes that are unknown, malformed, empty, oversized, denied, allowed, used and expired', async () => {
    const { server, ask, poll, enter, decide } = await start()
    const codes: (string | undefined)[] = [wrongCode(), 'hello', '', 'x'.repeat(5000), '<b>']
    for (const decision of ['deny', 'allow', 'use', 'expire']) {
      const { body } = await ask()
      codes.push(body.user_code)
      if (decision !== 'expire') await decide(body.user_code, decision === 'deny' ? 'deny' : 'allow')
      if (decision === 'use') expect((await poll(body.device_code)).status).toBe(200)
    }
    pass(server, 600)
    for (const code of codes) {
      const page = await enter(code)
      expect([page.status, page.text]).toEqual([400, expect.stringContaining(unknown)])
      expect(page.text).toContain('aria-invalid="true"')
    }
    expect((await enter('<b>')).text).toContain('value="&lt;b&gt;"')
  })

  it('a decision is made once: a second tab’s is answered like a code that is no longer valid', async () => {
    const { browser, ask, poll, enter } = await start()
    const { body: codes } = await ask()
    const [one, other] = [await enter(codes.user_code), await enter(codes.user_code)]
    expect((await browser.submit(one, { decision: 'deny' })).text).toContain('Your device is not connected')
    const late = await browser.submit(other, { decision: 'allow' })
    expect([late.status, late.text]).toEqual([400, expect.stringContaining(unknown)])
    expect((await poll(codes.device_code)).body.error).toBe('access_denied')
  })

  it('20 parallel decisions: one is made', async () => {
    const scene = await start()
    const { browser, ask, enter } = scene
    const page = await enter((await ask()).body.user_code)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => browser.submit(page, { decision: index % 2 ? 'allow' : 'deny' })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const decided = (await acts(scene)).filter((act) => act.startsWith('device_authorization.'))
    expect(decided).toHaveLength(1)
  })

  it.each([
    ['no decision', {}],
    ['a decision that is none', { decision: 'maybe' }],
    ['an account that is somebody else’s', { decision: 'allow', account: 'acc_other' }],
    ['no account', { decision: 'allow', account: '' }],
  ])('%s decides nothing, and the person is asked again', async (_, fields) => {
    const { browser, ask, poll, enter } = await start()
    const { body: codes } = await ask()
    const again = await browser.submit(await enter(codes.user_code), fields as Record<string, string>)
    expect([again.status, again.text]).toEqual([200, expect.stringContaining('name="decision"')])
    expect((await poll(codes.device_code)).body.error).toBe('authorization_pending')
  })

  it.each(['/device', '/device/decision'])('%s refuses what another site makes a browser send', async (path) => {
    const { browser, accountId, ask, poll, enter } = await start()
    const { body: codes } = await ask()
    await enter(codes.user_code)
    const fields = { user_code: codes.user_code ?? '', account: accountId, decision: 'allow' }
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await browser.post(path, fields, foreign)).status).toBe(403)
    const repeated = await browser.post(`${path}?user_code=x`, { ...fields, user_code: '' })
    expect(repeated.status).toBe(400)
    expect((await poll(codes.device_code)).body.error).toBe('authorization_pending')
  })

  it('who has signed out meanwhile signs in first, comes back with the code, and decides nothing unseen', async () => {
    const { browser, ask, poll, enter } = await start()
    const { body: codes } = await ask()
    const page = await enter(codes.user_code)
    await browser.post('/logout', {})
    const login = await browser.submit(page, { decision: 'allow' })
    expect(login.text).toContain('name="password"')
    const form = await browser.submit(login, devicePerson)
    expect(form.text).toContain(`value="${codes.user_code}"`)
    expect((await poll(codes.device_code)).body.error).toBe('authorization_pending')
  })

  it('what is allowed while the account is being logged out everywhere stands for nothing', async () => {
    const scene = await start()
    const { body: codes } = await scene.ask()
    const page = await scene.enter(codes.user_code)
    const [isBegun, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const loggingOut = scene.server.running.installation.database.write(async (tx) => {
      await logOutEverywhere(tx, scene.accountId, 'cli')
      isBegun.resolve()
      await mayEnd.promise
    })
    await isBegun.promise
    pass(scene.server, 1)
    const deciding = scene.browser.submit(page, { decision: 'allow' })
    await sleep(200)
    mayEnd.resolve()
    await Promise.all([loggingOut, deciding])
    expect((await scene.poll(codes.device_code)).body.access_token).toBeUndefined()
  })

  it('somebody else who signs in at the confirmation is asked for themselves', async () => {
    const { server, browser, ask, enter, poll } = await start()
    await addAccount(server, 'grace', devicePerson.password)
    const { body: codes } = await ask()
    const page = await enter(codes.user_code)
    const href = /<a href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const form = await browser.submit(await browser.get(href), { ...devicePerson, username: 'grace' })
    expect(form.text).toContain(`value="${codes.user_code}"`)
    const stale = await browser.submit(page, { decision: 'allow' })
    expect(stale.text).toContain('<bdi id="username">grace</bdi>')
    expect((await poll(codes.device_code)).body.error).toBe('authorization_pending')
  })

  it('a restart of the server between the code, the page and the decision changes nothing', async () => {
    const scene = await start()
    const { server, browser, ask, enter } = scene
    const { body: codes } = await ask()
    const restart = async () => {
      await servers.pop()?.running.stop()
      const { databaseUrl, secrets, issuer, port } = server.config
      servers.push(await startTestServer({ databaseUrl, config: { secrets, issuer, port } }))
    }
    await restart()
    const page = await enter(codes.user_code)
    await restart()
    expect((await browser.submit(page, { decision: 'allow' })).text).toContain('Your device is connected')
    await restart()
    expect((await scene.poll(codes.device_code)).status).toBe(200)
  })

  describe('RFC 8628 §5.1: guesses', () => {
    it('five wrong codes are free, then the same account waits: 429 with Retry-After, also for a right code', async () => {
      const { server, ask, enter } = await start()
      for (let guess = 0; guess < 6; guess += 1) expect((await enter(wrongCode())).status).toBe(400)
      const { body: codes } = await ask()
      const throttled = await enter(codes.user_code)
      expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '1'])
      expect(throttled.text).toContain('Too many attempts.')
      pass(server, 1)
      expect((await enter(codes.user_code)).status).toBe(200)
      // A right one forgives nothing, since guessers have right ones of their own.
      expect((await enter(wrongCode())).status).toBe(400)
      expect((await enter(codes.user_code)).headers.get('retry-after')).toBe('2')
    })

    it('what can be no code, and a link with a wrong one, count nothing; logins are counted apart', async () => {
      const { server, browser, ask, enter } = await start()
      for (let guess = 0; guess < 12; guess += 1) {
        await enter('hello')
        await browser.get(`/device?user_code=${wrongCode()}`)
      }
      expect((await enter((await ask()).body.user_code)).status).toBe(200)
      for (let guess = 0; guess < 7; guess += 1) await enter(wrongCode())
      expect((await enter(wrongCode())).status).toBe(429)
      const elsewhere = new Visitor(server.issuer)
      const account = await elsewhere.submit(await elsewhere.get('/login'), devicePerson)
      expect(account.status).toBe(200)
    })

    it('of 20 guesses at once six are looked at', async () => {
      const { browser, enter } = await start()
      await enter('')
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => browser.post('/device', { user_code: wrongCode() })),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([
        ...Array.from({ length: 6 }, () => 400),
        ...Array.from({ length: 14 }, () => 429),
      ])
    })

    it('the decision counts guesses too', async () => {
      const { browser, accountId, ask, enter, poll } = await start()
      const { body: codes } = await ask()
      await enter('')
      const decide = (code = '') =>
        browser.post('/device/decision', { user_code: code, account: accountId, decision: 'allow' })
      for (let guess = 0; guess < 6; guess += 1) expect((await decide(wrongCode())).status).toBe(400)
      expect((await decide(codes.user_code)).status).toBe(429)
      expect((await poll(codes.device_code)).body.error).toBe('authorization_pending')
    })
  })

  it('RFC 8628 §3.2: the page of an issuer with a path is below it, and so is the way back from the login', async () => {
    const scene = await startDeviceScene({ databaseUrl: await createUrl(), issuerPath: '/tenant' })
    servers.push(scene.server)
    const { body: codes } = await scene.ask()
    expect(codes.verification_uri).toBe(`${scene.server.issuer}/device`)
    const browser = new Visitor(new URL(scene.server.issuer).origin)
    const form = await browser.submit(await browser.get(codes.verification_uri_complete ?? ''), devicePerson)
    expect(new URL(form.url).pathname).toBe('/tenant/device')
    const confirmation = await browser.submit(form, { user_code: codes.user_code ?? '' })
    expect((await browser.submit(confirmation, { decision: 'allow' })).text).toContain('Your device is connected')
    expect((await scene.poll(codes.device_code)).status).toBe(200)
  })

  it('bad input is never a 5xx', async () => {
    const { browser, enter } = await start()
    await enter('')
    for (const code of ['\0', '\ud800', 'ﷺ'.repeat(64), '%', '👩‍👩‍👧', '\u202e'.repeat(60)]) {
      const { status } = await browser.post('/device', { user_code: code })
      expect(status, JSON.stringify(code)).toBe(400)
    }
  })
})
