import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AuthorizationScene } from '../../../testing/authorization-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { readCode, readNotices, readOutbox } from '../../../testing/outbox.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { beginPurge, markDeletion } from '../../domain/accounts/mark-deletion.ts'
import { verifyEmail } from '../../domain/accounts/verify-email.ts'
import { createApiKey } from '../../domain/api-keys/create-api-key.ts'
import { listApiKeys } from '../../domain/api-keys/list-api-keys.ts'
import { parseApiKey } from '../../domain/api-keys/parse-api-key.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { findPassword } from '../../domain/credentials/find-password.ts'
import { forgetPassword } from '../../domain/credentials/forget-password.ts'
import { hashPassword } from '../../domain/credentials/hash-password.ts'
import { setPassword } from '../../domain/credentials/set-password.ts'
import { endChallenges } from '../../domain/email-challenges/end-challenges.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'
import { listIdentities } from '../../domain/federated-identities/list-identities.ts'

const password = 'seven purple umbrellas'
const newPassword = 'nine amber lanterns'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MANY = Array.from({ length: 20 }, (_, index) => index)

forEachDatabase('recovery', ({ createUrl }) => {
  let server: TestServer
  let person = 0

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    await addApi(server, { audience: 'https://api.example.com' })
  })
  beforeEach(() => {
    // What was counted against this network in the test before is forgotten.
    server.clock.set(server.clock.now() + DAY_MS)
  })
  afterAll(() => server?.stop())

  const outbox = () => {
    const { database, sealer } = server.running.installation
    return { read: database.read, sealer }
  }

  /** An account with an address of its own. */
  async function addPerson(): Promise<{ id: string; username: string; email: string }> {
    person += 1
    const username = `person${person}`
    const email = `Person${person}@Example.com`
    return { id: await addAccount(server, username, password, email), username, email }
  }

  function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    const type = { 'content-type': 'application/json', ...headers }
    return fetch(`${server.issuer}${path}`, {
      method: 'POST',
      headers: type,
      body: JSON.stringify(body),
      redirect: 'manual',
    })
  }

  async function ask(login: string): Promise<string> {
    // No two mails of one moment, so that they have an order.
    server.clock.set(server.clock.now() + 1)
    const answer = await post('/recover', { login })
    expect(answer.status).toBe(202)
    return ((await answer.json()) as { challenge: string }).challenge
  }

  async function codeOf(answer: Promise<Response>): Promise<string> {
    return ((await (await answer).json()) as { code: string }).code
  }

  it.each(['user name', 'e-mail address'])(
    'by the %s and the code: a new password, a session, and the end of all others',
    async (by) => {
      const { id, username, email } = await addPerson()
      const before = (await (await logIn(server, { username, password })).json()) as { refresh_token: string }
      const visitor = new Visitor(server.issuer)
      const form = await visitor.get('/recover')
      const page = await visitor.submit(form, { login: by === 'user name' ? username : email.toUpperCase() })
      expect(page.text).toContain('autocomplete="one-time-code"')
      const { code } = await readCode(outbox(), email)
      const choosing = await visitor.submit(page, { code: ` ${code.toLowerCase()}` })
      expect(choosing.text).toContain(`value="${username}"`)
      const done = await visitor.submit(choosing, { password: newPassword })
      expect([done.status, new URL(done.url).pathname]).toEqual([200, '/account'])
      expect((await logIn(server, { username, password })).status).toBe(401)
      expect((await logIn(server, { username, password: newPassword })).status).toBe(200)
      const refresh = { grant_type: 'refresh_token', client_id: 'ostiary', refresh_token: before.refresh_token }
      const refreshed = await fetch(`${server.issuer}/token`, { method: 'POST', body: new URLSearchParams(refresh) })
      expect(refreshed.status).toBe(400)
      const { read } = server.running.installation.database
      expect(await findAccount(read, id)).toMatchObject({ emailVerifiedAt: server.clock.now() })
      expect(await readNotices(outbox(), email)).toEqual(['recovery_used'])
      const acts = (await listAuditEvents(read, { accountId: id, limit: 50 })).map(({ act }) => act)
      for (const act of [
        'email_challenge.issued',
        'password.set',
        'account.logged_out',
        'account.recovered',
        'session.opened',
      ])
        expect(acts).toContain(act)
    },
  )

  it('by the link in any browser, without signing in the one where it began', async () => {
    const { username, email } = await addPerson()
    const [one, other] = [new Visitor(server.issuer), new Visitor(server.issuer)]
    await one.submit(await one.get('/recover'), { login: username })
    const { url } = await readCode(outbox(), email)
    // Mail scanners open links, and more than once.
    for (let time = 0; time < 3; time++) expect((await other.get(url)).text).toContain('new-password')
    const done = await other.submit(await other.get(url), { password: newPassword })
    expect(new URL(done.url).pathname).toBe('/account')
    expect(new URL((await one.get('/account')).url).pathname).toBe('/login')
    const again = await other.get(url)
    expect([again.status, again.text]).toEqual([
      400,
      expect.stringContaining('It was used already, and works only once.'),
    ])
  })

  it('OWASP Forgot Password: for who is unknown, disabled or without address, answer and work are the same, and no mail is sent', async () => {
    const { username, email } = await addPerson()
    const disabled = await addPerson()
    const { database } = server.running.installation
    await database.write((tx) => disableAccount(tx, disabled.id, 'cli'))
    await addAccount(server, 'addressless', password)
    const logins = [
      username,
      email,
      'nobody',
      'nobody@example.com',
      disabled.username,
      disabled.email,
      'addressless',
      '😍',
      `${'x'.repeat(300)}`,
    ]
    const seen = new Set<string>()
    for (const [index, login] of logins.entries()) {
      server.clock.set(server.clock.now() + 1)
      const left = (await readOutbox(outbox())).length
      const page = await fetch(`${server.issuer}/recover`, {
        method: 'POST',
        headers: { accept: 'text/html', origin: server.issuer },
        body: new URLSearchParams({ login }),
        redirect: 'manual',
      })
      const location = new URL(page.headers.get('location') ?? '', server.issuer)
      const id = location.searchParams.get('challenge') ?? ''
      expect(id).toMatch(/^[\w-]{22}$/)
      const shown = await (await fetch(location, { headers: { accept: 'text/html' } })).text()
      const wrong = await post('/recover/code', { challenge: id, code: 'BCDF-GHJK' })
      const told = (await wrong.json()) as { code: string; detail: string }
      const answer = [page.status, location.pathname, shown.replaceAll(id, 'ID'), wrong.status, told.code, told.detail]
      seen.add(JSON.stringify(answer))
      const mails = (await readOutbox(outbox())).slice(left)
      expect(
        mails.map(({ isWithheld }) => isWithheld),
        login,
      ).toEqual([index > 1])
    }
    expect(seen.size).toBe(1)
  })

  it('the mail goes to the address that the account has, not to one that only compares as it', async () => {
    const { email } = await addPerson()
    await ask(email.replace('example', 'ｅｘａｍｐｌｅ'))
    const mails = await readOutbox(outbox())
    expect(mails.at(-1)).toMatchObject({ recipient: email, isWithheld: false })
  })

  it('five wrong codes end the code, the link works on; and another challenge’s code is a wrong one', async () => {
    const { username, email } = await addPerson()
    const [first, second] = [await ask(username), await ask(username)]
    const { code, secret } = await readCode(outbox(), email)
    expect(await codeOf(post('/recover/code', { challenge: first, code }))).toBe('invalid_code')
    for (let time = 0; time < 4; time++)
      expect(await codeOf(post('/recover/code', { challenge: second, code: 'BCDF-GHJK' }))).toBe('invalid_code')
    server.clock.set(server.clock.now() + MINUTE_MS)
    expect(await codeOf(post('/recover/code', { challenge: second, code: 'BCDF-GHJK' }))).toBe('challenge_over')
    server.clock.set(server.clock.now() + MINUTE_MS)
    expect(await codeOf(post('/recover/code', { challenge: second, code }))).toBe('challenge_over')
    expect((await post('/recover/password', { secret, password: newPassword })).status).toBe(204)
  })

  it('wrong codes for a user name are not felt by an address, its own or any other: nobody learns whose it is', async () => {
    const [{ username, email }, other] = [await addPerson(), await addPerson()]
    const answers = []
    for (const login of [email, other.email, 'stranger@example.com']) {
      server.clock.set(server.clock.now() + DAY_MS)
      const [byName, byAddress] = [await ask(username), await ask(login)]
      for (let time = 0; time < 7; time++) await post('/recover/code', { challenge: byName, code: 'BCDF-GHJK' })
      answers.push((await post('/recover/code', { challenge: byAddress, code: 'BCDF-GHJK' })).status)
    }
    expect(answers).toEqual([400, 400, 400])
  })

  it('of somebody who had never proved the address nothing stays that opens the account; of its own person everything does', async () => {
    const { database } = server.running.installation
    for (const isProved of [false, true]) {
      const { id, username, email } = await addPerson()
      if (isProved) await database.write((tx) => verifyEmail(tx, id, { actor: 'cli' }))
      const parsed = parseApiKey({ name: 'Report', audience: 'https://api.example.com' })
      if (!parsed.ok) throw new Error(parsed.sentence)
      const identity = { issuer: 'https://accounts.example', subject: username, accountId: id, network: '127.0.0.1' }
      await database.write(async (tx) => {
        await createApiKey(tx, { accountId: id }, parsed.description, `account:${id}`)
        await linkIdentity(tx, identity)
      })
      await ask(username)
      const { secret } = await readCode(outbox(), email)
      expect((await post('/recover/password', { secret, password: newPassword })).status).toBe(204)
      const [keys, identities] = [
        await listApiKeys(database.read, { accountId: id }),
        await listIdentities(database.read, id),
      ]
      expect([keys.length, identities.length]).toEqual(isProved ? [1, 1] : [0, 0])
    }
  })

  it('mails that are asked for are counted by what was typed and by network, before anything is sent', async () => {
    for (const login of [(await addPerson()).username, 'nobody at all']) {
      server.clock.set(server.clock.now() + DAY_MS)
      const left = (await readOutbox(outbox())).length
      const statuses = []
      for (let time = 0; time < 8; time++) statuses.push((await post('/recover', { login })).status)
      expect(statuses).toEqual([202, 202, 202, 202, 202, 202, 429, 429])
      expect((await readOutbox(outbox())).length - left).toBe(6)
    }
  })

  it('whoever has other mails sent to an address keeps nobody from recovery', async () => {
    const [victim, stranger] = [await addPerson(), await addPerson()]
    const visitor = new Visitor(server.issuer)
    await visitor.post('/login', { username: stranger.username, password })
    const statuses = []
    for (let time = 0; time < 8; time++)
      statuses.push((await visitor.post('/account/security/email', { email: victim.email })).status)
    expect(statuses.at(-1)).toBe(429)
    await ask(victim.email)
    const mail = { kind: 'code', purpose: 'recover' }
    expect((await readOutbox(outbox())).at(-1)).toMatchObject({ recipient: victim.email, isWithheld: false, mail })
  })

  it('of 20 keys that are made while somebody recovers none outlives it', async () => {
    const { id, username, email } = await addPerson()
    const visitor = new Visitor(server.issuer)
    await visitor.post('/login', { username, password })
    await ask(username)
    const { secret } = await readCode(outbox(), email)
    const key = { name: 'Report', audience: 'https://api.example.com', expires: '30d' }
    const made = MANY.map(() => visitor.post('/account/api-keys', key, { accept: 'application/json' }))
    expect((await post('/recover/password', { secret, password: newPassword })).status).toBe(204)
    expect((await Promise.all(made)).map(({ status }) => status)).toContain(201)
    expect(await listApiKeys(server.running.installation.database.read, { accountId: id })).toEqual([])
  })

  it('an account that is being purged gets no password, which would outlive it', async () => {
    const { id, username, email } = await addPerson()
    const { database } = server.running.installation
    const deleteAfter = server.clock.now() + MINUTE_MS
    await database.write((tx) => markDeletion(tx, id, { deleteAfter, actor: `account:${id}` }))
    await ask(username)
    const { secret } = await readCode(outbox(), email)
    server.clock.set(deleteAfter)
    await database.write(async (tx) => {
      await beginPurge(tx, id, false)
      await forgetPassword(tx, id)
    })
    expect(await codeOf(post('/recover/password', { secret, password: newPassword }))).toBe('challenge_over')
    expect(await findPassword(database.read, id)).toBeUndefined()
  })

  it('code and link are good for 15 minutes', async () => {
    const { username, email } = await addPerson()
    const challenge = await ask(username)
    const { code, secret, url } = await readCode(outbox(), email)
    server.clock.set(server.clock.now() + 15 * MINUTE_MS)
    expect(await codeOf(post('/recover/code', { challenge, code }))).toBe('challenge_over')
    expect(await codeOf(post('/recover/password', { secret, password: newPassword }))).toBe('challenge_over')
    const page = await new Visitor(server.issuer).get(url)
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('It is too old')])
  })

  it.each([
    ['of one link', 20, 0],
    ['of one code', 0, 20],
    ['of link and code', 10, 10],
  ])('of 20 parallel uses %s one sets the password', async (_, links, codes) => {
    const { id, username, email } = await addPerson()
    const challenge = await ask(username)
    const { code, secret } = await readCode(outbox(), email)
    const byLink = async (index: number) =>
      (await post('/recover/password', { secret, password: `${newPassword} ${index}` })).status
    const byCode = async (index: number) => {
      const entered = await post('/recover/code', { challenge, code })
      if (entered.status !== 200) return entered.status
      const proof = ((await entered.json()) as { secret: string }).secret
      return (await post('/recover/password', { secret: proof, password: `${newPassword} ${index}` })).status
    }
    const statuses = await Promise.all(
      MANY.slice(0, links + codes).map((index) => (index < links ? byLink(index) : byCode(index))),
    )
    expect(statuses.toSorted().slice(0, 2)).toEqual([204, 400])
    const events = await listAuditEvents(server.running.installation.database.read, {
      accountId: id,
      act: 'password.set',
      limit: 50,
    })
    expect(events).toHaveLength(2)
  })

  it('a password that is set meanwhile, or an address that is another’s, ends what was mailed', async () => {
    const { id, username, email } = await addPerson()
    await ask(username)
    const { secret } = await readCode(outbox(), email)
    const { database, hashQueue } = server.running.installation
    const hash = await hashPassword(hashQueue, 'ten silver bicycles')
    await Promise.all([
      database.write(async (tx) => {
        await setPassword(tx, id, hash, 'cli')
        await endChallenges(tx, id)
      }),
      post('/recover/password', { secret, password: newPassword }),
    ])
    expect(await codeOf(post('/recover/password', { secret, password: newPassword }))).toBe('challenge_over')
    expect(await findPassword(database.read, id)).toBeDefined()
  })

  it('a disabled account stays disabled: its mail from before sets no password', async () => {
    const { id, username, email } = await addPerson()
    await ask(username)
    const { secret } = await readCode(outbox(), email)
    const { database } = server.running.installation
    await database.write((tx) => disableAccount(tx, id, 'cli'))
    expect(await codeOf(post('/recover/password', { secret, password: newPassword }))).toBe('challenge_over')
    expect((await logIn(server, { username, password: newPassword })).status).toBe(401)
  })

  it('a password that cannot be taken is told why, and uses nothing', async () => {
    const { username, email } = await addPerson()
    await ask(username)
    const { secret, url } = await readCode(outbox(), email)
    const visitor = new Visitor(server.issuer)
    const page = await visitor.submit(await visitor.get(url), { password: 'too short' })
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('Use at least 15 characters.')])
    expect(page.text).not.toContain('too short')
    const refused = await post('/recover/password', { secret, password: `${username} ${username} ${username}` })
    expect(await refused.json()).toMatchObject({ code: 'refused_password', reason: 'repeated' })
    expect((await visitor.submit(page, { password: newPassword })).status).toBe(200)
  })

  it.each([
    ['/recover', { login: 'ada' }],
    ['/recover/code', { challenge: 'x', code: 'BCDF-GHJK' }],
    ['/recover/password', { secret: 'x', password: newPassword }],
  ])('a form of another site at %s is refused', async (path, body) => {
    expect((await post(path, body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  })
})

describe('recovery within an installation', () => {
  it('goes on to the app that waits, by the code; by the link only when the person says so', async () => {
    const scene = await AuthorizationScene.start({})
    const { server } = scene
    await addAccount(server, 'grace', password, 'grace@example.com')
    const { database, sealer } = server.running.installation
    const outbox = { read: database.read, sealer }
    const login = await scene.browser.get(scene.url())
    const href = /href="(\/recover\?[^"]+)"/.exec(login.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const page = await scene.browser.submit(await scene.browser.get(href), { login: 'grace' })
    const { code, url } = await readCode(outbox, 'grace@example.com')
    const elsewhere = new Visitor(server.issuer)
    const choosing = await scene.browser.submit(page, { code })
    expect(choosing.headers.get('content-security-policy')).toContain("form-action 'self' https://app.example.com")
    const done = await scene.browser.submit(choosing, { password: newPassword })
    expect(scene.answerOf(await scene.finish(done)).code).toBeDefined()
    expect((await elsewhere.get(url)).status).toBe(400)

    server.clock.set(server.clock.now() + MINUTE_MS)
    const other = new Visitor(server.issuer)
    const second = await other.get(scene.url())
    const back = /name="return_to" value="([^"]+)"/.exec(second.text)?.[1] ?? ''
    await other.post('/recover', { login: 'grace', return_to: back })
    const mailed = await readCode(outbox, 'grace@example.com')
    const signedIn = await elsewhere.submit(await elsewhere.get(mailed.url), { password: 'eight copper kettles' })
    expect(signedIn.text).toContain('Then go back there')
    const onward = /id="onward" href="([^"]+)"/.exec(signedIn.text)?.[1] ?? ''
    expect(scene.answerOf(await scene.finish(await elsewhere.get(onward), elsewhere)).code).toBeDefined()
    await server.stop()
  })

  it('whoever took too long over the new password gets another mail without losing the app that waits', async () => {
    const scene = await AuthorizationScene.start({})
    const { server } = scene
    await addAccount(server, 'grace', password, 'grace@example.com')
    const { database, sealer } = server.running.installation
    const outbox = { read: database.read, sealer }
    const login = await scene.browser.get(scene.url())
    const hrefOf = ({ text: page }: { readonly text: string }) =>
      /href="(\/recover\?[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const page = await scene.browser.submit(await scene.browser.get(hrefOf(login)), { login: 'grace' })
    const { code, url } = await readCode(outbox, 'grace@example.com')
    const choosing = await scene.browser.submit(page, { code })
    server.clock.set(server.clock.now() + 16 * MINUTE_MS)
    const over = await scene.browser.submit(choosing, { password: newPassword })
    expect(over.status).toBe(400)
    expect(hrefOf(over)).toBe(hrefOf(login))
    // The link may be opened by somebody who began nothing.
    expect((await new Visitor(server.issuer).get(url)).text).not.toContain('return_to')
    await server.stop()
  })

  it('verifyHuman: who is refused is told so, and nothing is sent', async () => {
    const seen: unknown[] = []
    const server = await startTestServer({
      verifyHuman: async (form, about) => {
        seen.push([form, about])
        return form.answer === 'yes'
      },
    })
    const send = (answer: string) =>
      fetch(`${server.issuer}/recover`, { method: 'POST', body: new URLSearchParams({ login: 'ada', answer }) })
    const refused = await send('no')
    expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ code: 'not_human' })])
    expect((await send('yes')).status).toBe(202)
    expect(seen[0]).toEqual([
      { login: 'ada', answer: 'no' },
      { act: 'recover', address: '127.0.0.1' },
    ])
    const { database, sealer } = server.running.installation
    expect(await readOutbox({ read: database.read, sealer })).toHaveLength(1)
    await server.stop()
  })
  it('OSTIARY_VERIFY_HUMAN_URL: who is asked says yes, or nobody gets past', async () => {
    const asked: unknown[] = []
    const verifier = createServer(async (request, response) => {
      asked.push(JSON.parse(await text(request)))
      response.end(['{"human": true}', '{"human": "yes"}', 'null', 'no JSON'][asked.length - 1])
    })
    await new Promise<void>((resolve) => verifier.listen(0, '127.0.0.1', resolve))
    const { port } = verifier.address() as AddressInfo
    const server = await startTestServer({ config: { verifyHumanUrl: `http://127.0.0.1:${port}/captcha` } })
    const send = async () =>
      (await fetch(`${server.issuer}/recover`, { method: 'POST', body: new URLSearchParams({ login: 'ada' }) })).status
    const statuses = [await send(), await send(), await send(), await send()]
    verifier.closeAllConnections()
    await new Promise((resolve) => verifier.close(resolve))
    expect([...statuses, await send()]).toEqual([202, 403, 403, 403, 403])
    expect(asked[0]).toEqual({ act: 'recover', address: '127.0.0.1', form: { login: 'ada' } })
    expect(server.logText()).toContain('nobody gets past it')
    await server.stop()
  })
})
