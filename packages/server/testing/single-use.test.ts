import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Secret } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeOfStep, stepOf } from '../src/domain/totp/totp-code.ts'
import { forEachDatabase } from './database.ts'
import { audience, challenge, issuer, redirectUri, ServerProcesses, verifier } from './server-processes.ts'
import { goodClaims, makeSigner } from './signer.ts'
import { SmtpReceiver } from './smtp-receiver.ts'
import { SoftAuthenticator } from './soft-authenticator.ts'

const MANY = Array.from({ length: 20 }, (_, index) => index)

forEachDatabase('things that are good once, at two server processes on one database', ({ createUrl }) => {
  /** Of all tests that leave them running. */
  let servers: ServerProcesses
  beforeAll(async () => {
    servers = await ServerProcesses.start(await createUrl(), 2)
  })
  afterAll(() => servers?.[Symbol.asyncDispose]())

  test('RFC 6749 §4.1.2: of 20 parallel uses of a code one gets tokens, and a use after that takes them away', async () => {
    const { client_id: clientId = '' } = await servers.run(...appOptions)
    const code = await takeCode(servers, clientId, await servers.signIn())
    const answers = await Promise.all(
      MANY.map((index) => answerOf(servers.post(index, '/token', toForm(clientId, code)))),
    )
    expect(outcomesOf(answers)).toEqual({ 200: 1, invalid_grant: 19 })
    // What a code gave is revoked when it is used again, and it was.
    const refreshToken = answers.find(({ status }) => status === 200)?.refresh_token ?? ''
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken }
    expect(await answerOf(servers.post(1, '/token', form))).toMatchObject({ status: 400, error: 'invalid_grant' })
  })

  test('RFC 9126 §7.3: of 20 parallel uses of a request_uri one gives a code', async () => {
    const { client_id: clientId = '' } = await servers.run(...appOptions)
    const cookie = await servers.signIn()
    const pushed = await answerOf(servers.post(0, '/par', toRequest(clientId)))
    const query = new URLSearchParams({ client_id: clientId, request_uri: pushed.request_uri ?? '' })
    const visits = await Promise.all(MANY.map((index) => servers.browse(index, `/authorize?${query}`, cookie)))
    const codes = visits.map(({ headers }) => headers.get('location')).filter((location) => location?.includes('code='))
    expect([codes.length, visits.filter(({ status }) => status === 400).length]).toEqual([1, 19])
  })

  test('RFC 8628 §3.5: of 20 parallel polls of a device code one gets tokens', async () => {
    const grant = 'urn:ietf:params:oauth:grant-type:device_code'
    const { client_id: clientId = '' } = await servers.run(...publicOptions, '--grant', grant)
    const asked = await answerOf(
      servers.post(0, '/device-authorization', { client_id: clientId, scope: 'orders:read' }),
    )
    const cookie = await servers.signIn()
    const page = await (await servers.browse(1, '/device', cookie, { user_code: asked.user_code ?? '' })).text()
    const account = /name="account" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const decision = { user_code: asked.user_code ?? '', account, decision: 'allow' }
    expect((await servers.browse(0, '/device/decision', cookie, decision)).status).toBeLessThan(400)
    const form = { grant_type: grant, client_id: clientId, device_code: asked.device_code ?? '' }
    const answers = await Promise.all(MANY.map((index) => answerOf(servers.post(index, '/token', form))))
    expect(outcomesOf(answers)).toEqual({ 200: 1, invalid_grant: 19 })
  })

  test('RFC 7523 §3: of 20 parallel uses of a client assertion one is taken', async () => {
    const signer = await makeSigner()
    const file = path.join(servers.folder, 'jwks.json')
    writeFileSync(file, JSON.stringify({ keys: [signer.publicJwk] }))
    const options = [
      '--type',
      'confidential',
      '--jwks',
      file,
      '--grant',
      'client_credentials',
      '--scope',
      'orders:read',
    ]
    const { client_id: clientId = '' } = await servers.run('client', 'create', '--name', 'Shop', ...options)
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signer.sign(goodClaims(clientId, issuer, Date.now())),
    }
    const answers = await Promise.all(MANY.map((index) => answerOf(servers.post(index, '/token', form))))
    expect(outcomesOf(answers)).toEqual({ 200: 1, invalid_client: 19 })
  })

  test('RFC 7591 §1.2: of 20 parallel uses of an initial access token with one use one registers a client', async () => {
    const { token } = await servers.run('registration', 'token', 'create')
    const register = (index: number) =>
      fetch(`${servers.urls[index % 2]}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
      })
    const answers = await Promise.all(MANY.map((index) => answerOf(register(index))))
    expect(outcomesOf(answers)).toEqual({ 201: 1, invalid_token: 19 })
  })
})

forEachDatabase('things that are good once, with kill -9 in between', ({ createUrl }) => {
  test('of 20 parallel answers to whether an account is kept one signs in, and kill -9 before it loses nothing', async () => {
    await using servers = await ServerProcesses.start(await createUrl(), 2)
    await servers.run('account', 'delete', '--username', 'ada')
    const cookie = await servers.signIn()
    await servers.kill()
    await servers.serve()
    const keep = (index: number) => servers.browse(index, '/account/keep', cookie, { decision: 'keep' })
    const statuses = (await Promise.all(MANY.map(keep))).map(({ status }) => status)
    expect(statuses.sort()).toEqual([303, ...Array(19).fill(400)])
    const { accounts } = (await servers.run('account', 'list')) as unknown as { accounts: object[] }
    expect(accounts).toMatchObject([{ username: 'ada', delete_after: null }])
  })

  test('kill -9 between a notice and its link: of 20 parallel presses of "This wasn’t me" one locks', async () => {
    await using receiver = await SmtpReceiver.start()
    await using servers = await ServerProcesses.start(await createUrl(), 2, { OSTIARY_SMTP_URL: receiver.url })
    const person = ['--username', 'grace', '--email', 'grace@example.com']
    const { password = '' } = await servers.run('account', 'create', ...person, '--generate-password')
    const secret = await takeLockSecret(servers, receiver, password)
    await servers.kill()
    await servers.serve()
    const answers = await Promise.all(MANY.map((index) => servers.post(index, '/account-lock', { secret })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...MANY.slice(1).map(() => 400)])
    const { accounts } = (await servers.run('account', 'list')) as { accounts?: unknown }
    expect(accounts).toContainEqual(expect.objectContaining({ username: 'grace', disabled_by: 'owner' }))
    const login = { username: 'grace', password, audience, client_id: 'ostiary' }
    expect((await servers.post(0, '/login', login)).status).toBe(401)
  })

  test('kill -9 between issue and use: a code and a request_uri that were answered are good once after the restart', async () => {
    await using servers = await ServerProcesses.start(await createUrl(), 1)
    const { client_id: clientId = '' } = await servers.run(...appOptions)
    const cookie = await servers.signIn()
    const code = await takeCode(servers, clientId, cookie)
    const pushed = await answerOf(servers.post(0, '/par', toRequest(clientId)))
    await servers.kill()
    await servers.serve()
    expect((await servers.post(0, '/token', toForm(clientId, code))).status).toBe(200)
    const query = new URLSearchParams({ client_id: clientId, request_uri: pushed.request_uri ?? '' })
    const visit = () => servers.browse(0, `/authorize?${query}`, cookie)
    expect((await visit()).headers.get('location')).toContain('code=')
    await servers.kill()
    await servers.serve()
    expect((await servers.post(0, '/token', toForm(clientId, code))).status).toBe(400)
    expect((await visit()).status).toBe(400)
  })

  test('kill -9 between challenge and use: of 20 parallel uses of a passkey’s answer after the restart one signs in, and none after another', async () => {
    const origin = 'http://localhost:4000'
    await using servers = await ServerProcesses.start(await createUrl(), 2, { OSTIARY_ISSUER: origin })
    const authenticator = new SoftAuthenticator({ origin, doesCount: false })
    const cookie = await servers.signIn()
    const newPath = '/account/security/passkeys/new'
    const asked = await optionsOf(servers.browse(0, newPath, cookie))
    await servers.kill()
    await servers.serve()
    const credential = authenticator.create(asked.options)
    expect((await servers.browse(1, newPath, cookie, { credential })).headers.get('location')).not.toContain('/new')
    const login = await optionsOf(servers.browse(0, '/login', ''))
    await servers.kill()
    await servers.serve()
    const answer = { credential: authenticator.get(login.options) }
    const logIn = (index: number) => servers.browse(index, '/login/passkey', login.cookie, answer)
    const statuses = (await Promise.all(MANY.map(logIn))).map(({ status }) => status)
    expect([statuses.filter((status) => status === 303).length, statuses.includes(500)]).toEqual([1, false])
    await servers.kill()
    await servers.serve()
    expect((await logIn(0)).status).not.toBe(303)
  })
})

forEachDatabase('the code of the first run, at two server processes on one database', ({ createUrl }) => {
  const admins = async (servers: ServerProcesses) => {
    const { accounts } = (await servers.run('account', 'list')) as unknown as { accounts: { roles: string[] }[] }
    return accounts.filter(({ roles }) => roles.includes('admin'))
  }
  const enter = (servers: ServerProcesses, index: number, code: string) => {
    const username = `admin${index}`
    const form = { code, username, email: `${username}@example.com`, password: 'nine amber lanterns' }
    return servers.browse(index, '/setup', '', form)
  }

  test('of 20 parallel uses one makes an administrator, whom kill -9 does not take away', async () => {
    await using servers = await ServerProcesses.start(await createUrl(), 2)
    const { setup_code: code = '' } = await servers.run('setup')
    const statuses = (await Promise.all(MANY.map((index) => enter(servers, index, code)))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 303)).toHaveLength(1)
    // Where the machine is busy some are not hashed in time.
    for (const status of statuses) expect([303, 404, 503]).toContain(status)
    await servers.kill()
    await servers.serve()
    expect(await admins(servers)).toHaveLength(1)
    expect((await servers.browse(0, '/setup', '')).status).toBe(404)
  })

  test('kill -9 in between leaves nothing or all: an administrator who can log in, or the page and the code', async () => {
    await using servers = await ServerProcesses.start(await createUrl(), 1)
    const { setup_code: code = '' } = await servers.run('setup')
    const entered = enter(servers, 1, code).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await servers.kill()
    await entered
    await servers.serve()
    // The restart printed the same code, unless there is an administrator.
    const again = await enter(servers, 2, code)
    const login = { username: 'admin1', password: 'nine amber lanterns' }
    const isMade = again.status === 404
    expect([again.status, (await servers.post(0, '/login', login)).status]).toEqual(isMade ? [404, 200] : [303, 401])
  })
})

forEachDatabase('codes of a second factor, at two server processes on one database', ({ createUrl }) => {
  test('of 20 parallel uses of a TOTP code or a recovery code one is let in; after kill -9 those that were used stay used', async () => {
    await using servers = await ServerProcesses.start(await createUrl(), 2)
    const cookie = await servers.signIn()
    const page = await (await servers.browse(0, '/account/security/totp', cookie)).text()
    const [, enrolment = ''] = /name="enrolment" value="([^"]+)"/.exec(page) ?? []
    const [, shown = ''] = /id="totp-secret" dir="ltr">([^<]+)</.exec(page) ?? []
    const secret = Secret.fromBase32(shown.replaceAll(' ', '')).bytes
    const step = stepOf(Date.now())
    const made = await servers.browse(1, '/account/security/totp', cookie, {
      enrolment,
      code: codeOfStep(secret, step),
    })
    const recovery = [...(await made.text()).matchAll(/<li><code>([0-9A-Z-]{19})<\/code>/g)].map(
      ([, code = '']) => code,
    )
    expect(recovery).toHaveLength(10)

    /** How so many attempts at once end, when the server looks at codes again. */
    async function tryAtOnce(otp: string, count: number): Promise<readonly number[]> {
      for (;;) {
        const attempts = MANY.slice(0, count).map((index) =>
          servers.post(index, '/login', { username: 'ada', password: servers.password, otp }),
        )
        const answers = await Promise.all(attempts)
        if (answers.some(({ status }) => status !== 429)) return answers.map(({ status }) => status)
        const seconds = Math.max(...answers.map(({ headers }) => Number(headers.get('retry-after'))))
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      }
    }
    // The next one is good already: a phone's clock may be ahead.
    const code = codeOfStep(secret, step + 1)
    for (const otp of [code, recovery[0] ?? '']) {
      expect((await tryAtOnce(otp, MANY.length)).filter((status) => status === 200)).toHaveLength(1)
    }
    await servers.kill()
    await servers.serve()
    expect(await tryAtOnce(recovery[1] ?? '', 1)).toEqual([200])
    for (const otp of [code, ...recovery.slice(0, 2)]) expect(await tryAtOnce(otp, 1)).toEqual([401])
  })
})

type Answer = Readonly<Partial<Record<string, string>>> & { readonly status: number }

/** Signs in on two devices, of which the second one is told of by mail; gives the secret of its link. */
async function takeLockSecret(servers: ServerProcesses, receiver: SmtpReceiver, password: string): Promise<string> {
  for (const agent of [
    'Gecko/20100101 Firefox/143.0',
    'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36',
  ])
    await fetch(`${servers.urls[0]}/login`, {
      method: 'POST',
      headers: { accept: 'text/html', origin: issuer, 'user-agent': `Mozilla/5.0 (X11; Linux x86_64) ${agent}` },
      body: new URLSearchParams({ username: 'grace', password }),
      redirect: 'manual',
    })
  await receiver.untilCame(1)
  const source = receiver.mails[0]?.source.replaceAll('=\r\n', '').replaceAll('=3D', '=') ?? ''
  return /account-lock\?secret=([\w-]{43})/.exec(source)?.[1] ?? ''
}

async function answerOf(sent: Promise<Response>): Promise<Answer> {
  const response = await sent
  return { ...((await response.json()) as object), status: response.status } as Answer
}

/** How many succeeded, and how many were refused with what. */
function outcomesOf(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { status, error = String(status) } of answers) counts[error] = (counts[error] ?? 0) + 1
  return counts
}

const publicOptions = ['client', 'create', '--name', 'Shop', '--type', 'public', '--first-party']
const appOptions = [...publicOptions, '--redirect-uri', redirectUri]

async function takeCode(servers: ServerProcesses, clientId: string, cookie: string): Promise<string> {
  const answered = await servers.browse(0, `/authorize?${new URLSearchParams(toRequest(clientId))}`, cookie)
  return new URL(answered.headers.get('location') ?? '').searchParams.get('code') ?? ''
}

function toRequest(clientId: string): Record<string, string> {
  return {
    ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, resource: audience },
    ...{ code_challenge: challenge, code_challenge_method: 'S256' },
  }
}

function toForm(clientId: string, code: string): Record<string, string> {
  return {
    ...{ grant_type: 'authorization_code', client_id: clientId, redirect_uri: redirectUri },
    ...{ code, code_verifier: verifier },
  }
}

/** What a page asks a passkey, and the cookie that it came with. */
async function optionsOf(opened: Promise<Response>): Promise<{ readonly options: string; readonly cookie: string }> {
  const page = await opened
  const [, options = ''] = /data-options="([^"]*)"/.exec(await page.text()) ?? []
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return { options: options.replaceAll('&quot;', '"').replaceAll('&amp;', '&'), cookie }
}
