import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AuthorizationScene } from '../../../testing/authorization-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { readCode, readNotices, readOutbox } from '../../../testing/outbox.ts'
import { addAccount, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { parseEmail } from '../../domain/accounts/parse-email.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { issueInvitation } from '../../domain/email-challenges/issue-invitation.ts'
import { createRole } from '../../domain/roles/create-role.ts'
import { issuerUrls } from '../issuer-urls.ts'

const password = 'nine amber lanterns'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MANY = Array.from({ length: 20 }, (_, index) => index)

forEachDatabase('sign-up', ({ createUrl }) => {
  let server: TestServer
  let person = 0

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl(), config: { signUp: 'open' } })
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
  const find = (login: string) => findAccountByLoginName(server.running.installation.database.read, login)

  function newAddress(): string {
    person += 1
    return `Newcomer${person}@Example.com`
  }

  function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${server.issuer}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'manual',
    })
  }

  async function ask(email: string): Promise<string> {
    server.clock.set(server.clock.now() + 1)
    const answer = await post('/sign-up', { email })
    expect(answer.status).toBe(202)
    return ((await answer.json()) as { challenge: string }).challenge
  }

  async function prove(email: string): Promise<string> {
    await ask(email)
    return (await readCode(outbox(), email)).secret
  }

  it('by the code: an account with a verified address, and a session where it began', async () => {
    const email = newAddress()
    const visitor = new Visitor(server.issuer)
    const page = await visitor.submit(await visitor.get('/sign-up'), { email })
    const { code } = await readCode(outbox(), email)
    const form = await visitor.submit(page, { code })
    expect(form.text).toContain(`value="${email}"`)
    const name = `pioneer${person}`
    const done = await visitor.submit(form, { username: name, password })
    expect([done.status, new URL(done.url).pathname]).toEqual([200, '/account'])
    const account = await find(name)
    expect(account).toMatchObject({ username: name, email, emailVerifiedAt: server.clock.now() })
    const { read } = server.running.installation.database
    const events = await listAuditEvents(read, { accountId: account?.id ?? '', limit: 50 })
    expect(events.map(({ act }) => act)).toEqual(
      expect.arrayContaining(['account.created', 'password.set', 'login.succeeded', 'session.opened']),
    )
    expect(JSON.stringify(events)).not.toContain(password)
    for (const login of [name, email])
      expect((await logIn(server, { username: login, password, audience: 'none' })).status).toBe(400)
  })

  it('by the link in any browser, as often as scanners open it; without a name the address is the name', async () => {
    const email = newAddress()
    const [one, other] = [new Visitor(server.issuer), new Visitor(server.issuer)]
    await one.submit(await one.get('/sign-up'), { email })
    const { url } = await readCode(outbox(), email)
    for (let time = 0; time < 3; time++) expect((await other.get(url)).text).toContain('new-password')
    expect(await find(email)).toBeUndefined()
    const done = await other.submit(await other.get(url), { password })
    expect(new URL(done.url).pathname).toBe('/account')
    expect(await find(email)).toMatchObject({ username: email, email })
    expect(new URL((await one.get('/account')).url).pathname).toBe('/login')
    expect((await other.get(url)).text).toContain('It was used already')
  })

  it('who has an account is told by a mail alone: answers for their address are those for any', async () => {
    const email = newAddress()
    await addAccount(server, `settler${person}`, password, email)
    const left = (await readOutbox(outbox())).length
    const seen = new Set<string>()
    for (const address of [email, email.toUpperCase(), newAddress()]) {
      const id = await ask(address)
      const wrong = await post('/sign-up/code', { challenge: id, code: 'BCDF-GHJK' })
      const told = (await wrong.json()) as { code: string; detail: string }
      seen.add(JSON.stringify([wrong.status, told.code, told.detail]))
    }
    expect(seen.size).toBe(1)
    const mails = (await readOutbox(outbox())).slice(left)
    expect(mails.map(({ mail }) => mail.kind)).toEqual(['notice', 'notice', 'code'])
    expect(await readNotices(outbox(), email)).toEqual(['account_exists', 'account_exists'])
  })

  it('a name that is taken is told to who has proved an address, in any spelling; another one goes on from there', async () => {
    const taken = `Über${person}`
    await addAccount(server, taken, password)
    const email = newAddress()
    const visitor = new Visitor(server.issuer)
    await visitor.submit(await visitor.get('/sign-up'), { email })
    const form = await visitor.get((await readCode(outbox(), email)).url)
    const again = await visitor.submit(form, { username: taken.normalize('NFD').toUpperCase(), password })
    expect([again.status, again.text]).toEqual([400, expect.stringContaining('This name is taken.')])
    expect(again.text).not.toContain(password)
    expect((await visitor.submit(again, { username: `free${person}`, password })).status).toBe(200)
  })

  it('a link that is left over when another one has opened the account is used up: nothing more is hashed for it', async () => {
    const email = newAddress()
    const secrets = [await prove(email), await prove(email)]
    for (const [index, secret] of secrets.entries())
      expect((await post('/sign-up/account', { secret, username: `twice${index}${person}`, password })).status).toBe(
        index === 0 ? 201 : 400,
      )
    const page = await new Visitor(server.issuer).get(`/sign-up/account?secret=${secrets[1]}`)
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('It was used already')])
  })

  it('names are not tried for long: after six that are taken one waits', async () => {
    const taken = `often${person}`
    await addAccount(server, taken, password)
    const secret = await prove(newAddress())
    const statuses = []
    for (let time = 0; time < 8; time++)
      statuses.push((await post('/sign-up/account', { secret, username: taken, password })).status)
    expect(statuses).toEqual([400, 400, 400, 400, 400, 400, 429, 429])
  })

  it.each([
    ['the address of another', 'someone@example.com', 'anothers_address'],
    ['the same in full width', 'someone＠example.com', 'anothers_address'],
    ['Latin and Cyrillic letters', 'pаypal', 'mixed_scripts'],
    ['an override of direction', 'ada\u202egnp', 'invisible_character'],
    ['a zero-width joiner', 'a\u200dda', 'invisible_character'],
    ['129 characters', 'n'.repeat(129), 'too_long'],
  ])('a name of %s is refused', async (_, username, reason) => {
    const secret = await prove(newAddress())
    const answer = await post('/sign-up/account', { secret, username, password })
    expect(await answer.json()).toMatchObject({ status: 400, code: 'refused_username', reason })
  })

  it('any name that can be seen and any password of 15 to 256 characters opens an account, and logs in in any normal form', async () => {
    const scripts = ['abcdefg', 'àéîõü', 'абвгд', 'αβγδε', 'אבגדה', 'ابجده', '漢字仮名', '👩🏽‍🚀🎉🦊', 'क़ख़ग़']
    const arbitrary = fc.record({
      script: fc.constantFrom(...scripts),
      word: fc.array(fc.nat({ max: 4 }), { minLength: 3, maxLength: 10 }),
      secretWord: fc.string({ unit: 'grapheme', minLength: 15, maxLength: 60 }),
    })
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ script, word, secretWord }) => {
        server.clock.set(server.clock.now() + DAY_MS)
        const letters = [...script].filter((letter) => /[\p{L}\p{Emoji_Presentation}]/u.test(letter))
        const name = `${word.map((index) => letters[index % letters.length]).join('')}${newAddress().replace(/\D/g, '')}`
        const email = newAddress()
        const secret = await prove(email)
        const answer = await post('/sign-up/account', { secret, username: name, password: secretWord })
        const body = (await answer.json()) as { code?: string }
        // Passwords that are easy to guess or hold control characters are refused, and nothing else is.
        if (answer.status !== 201) {
          expect(body.code).toMatch(/^(refused_password|invalid_parameter)$/)
          return
        }
        for (const form of ['NFC', 'NFD'] as const) {
          const login = { username: name.normalize(form), password: secretWord.normalize(form), audience: 'none' }
          expect((await logIn(server, login)).status).toBe(400)
        }
      }),
      { numRuns: 12 },
    )
  })

  it.each([
    [
      '256 characters',
      String.fromCodePoint(...Array.from({ length: 256 }, (_, index) => 0x20000 + ((index * 7919) % 40_000))),
    ],
    ['right-to-left text', 'شجرة الزيتون فوق التل الأزرق'],
    ['combining marks', 'Ṩụ̈ḟḟiͨciẽ̂nt ȃn̈d rare'],
  ])('a password of %s is taken whole', async (_, text) => {
    const email = newAddress()
    const secret = await prove(email)
    const answer = await post('/sign-up/account', { secret, password: text })
    expect(answer.status).toBe(201)
    expect(
      (await logIn(server, { username: email, password: [...text].slice(0, -1).join(''), audience: 'none' })).status,
    ).toBe(401)
    expect((await logIn(server, { username: email, password: text.normalize('NFD'), audience: 'none' })).status).toBe(
      400,
    )
  })

  it.each([
    ['in any case', (email: string) => email.toLowerCase()],
    ['decomposed', (email: string) => email.replace('ö', 'o\u0308')],
  ])('an address is one account, %s', async (_, spell) => {
    const email = newAddress().replace('Newcomer', 'Nöwcomer')
    const secrets = [await prove(email), await prove(spell(email).normalize('NFC'))]
    expect((await post('/sign-up/account', { secret: secrets[0], password })).status).toBe(201)
    const second = await post('/sign-up/account', { secret: secrets[1], username: `second${person}`, password })
    expect(await second.json()).toMatchObject({ code: 'challenge_over' })
    expect(await find(`second${person}`)).toBeUndefined()
  })

  it('of 20 parallel uses of link and code one opens an account', async () => {
    const email = newAddress()
    const challenge = await ask(email)
    const { code, secret } = await readCode(outbox(), email)
    const byCode = async (index: number) => {
      const entered = await post('/sign-up/code', { challenge, code })
      if (entered.status !== 200) return entered.status
      const proof = ((await entered.json()) as { secret: string }).secret
      return (await post('/sign-up/account', { secret: proof, username: `racer${person}-${index}`, password })).status
    }
    const byLink = async (index: number) =>
      (await post('/sign-up/account', { secret, username: `racer${person}-${index}`, password })).status
    const statuses = await Promise.all(MANY.map((index) => (index < 10 ? byLink(index) : byCode(index))))
    expect(statuses.toSorted().slice(0, 2)).toEqual([201, 400])
    expect((await find(email))?.username).toMatch(/^racer/)
  })

  it('a network begins 20 sign-ups; then it waits, and others don’t', async () => {
    const statuses = []
    for (let time = 0; time < 22; time++) statuses.push((await post('/sign-up', { email: newAddress() })).status)
    expect(statuses.slice(0, 21).every((status) => status === 202)).toBe(true)
    expect(statuses[21]).toBe(429)
    server.clock.set(server.clock.now() + MINUTE_MS)
    expect((await post('/sign-up', { email: newAddress() })).status).toBe(202)
  })

  it('what is no address is told at once, and kept', async () => {
    const visitor = new Visitor(server.issuer)
    const page = await visitor.submit(await visitor.get('/sign-up'), { email: '<ada>' })
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('value="&lt;ada&gt;"')])
    expect((await post('/sign-up', { email: 'ada' })).status).toBe(400)
  })

  it.each([
    ['/sign-up', { email: 'ada@example.com' }],
    ['/sign-up/code', { challenge: 'x', code: 'BCDF-GHJK' }],
    ['/sign-up/account', { secret: 'x', password }],
  ])('a form of another site at %s is refused', async (path, body) => {
    expect((await post(path, body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  })
})

describe('sign-up within an installation', () => {
  it('goes on to the app that waits, by the code', async () => {
    const scene = await AuthorizationScene.start({ config: { signUp: 'open' } })
    const { server } = scene
    const { database, sealer } = server.running.installation
    const login = await scene.browser.get(scene.url())
    const href = /href="(\/sign-up\?[^"]+)"/.exec(login.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const page = await scene.browser.submit(await scene.browser.get(href), { email: 'new@example.com' })
    const { code } = await readCode({ read: database.read, sealer }, 'new@example.com')
    const form = await scene.browser.submit(page, { code })
    const done = await scene.browser.submit(form, { username: 'newcomer', password })
    expect(scene.answerOf(await scene.finish(done)).code).toBeDefined()
    await server.stop()
  })

  it('OSTIARY_SIGN_UP=invitation: only a link leads to an account, once, with the roles of the invitation', async () => {
    const server = await startTestServer()
    const { database, sealer } = server.running.installation
    await database.write(async (tx) => {
      await createRole(tx, { name: 'editor', description: '' }, 'cli')
    })
    expect((await fetch(`${server.issuer}/sign-up`)).status).toBe(404)
    expect(await (await fetch(`${server.issuer}/login`)).text()).not.toContain('/sign-up')
    const invite = async (address: string, isHandedOver: boolean) => {
      const email = parseEmail(address)
      if (!email.ok) throw new Error(email.sentence)
      const linkUrl = issuerUrls(server.issuer).signUpAccountUrl
      const asked = {
        email: email.email,
        roles: ['editor'],
        linkUrl,
        language: 'de',
        isHandedOver,
        actor: 'cli',
      } as const
      return database.write(async (tx) => (await issueInvitation(tx, sealer, asked)).url)
    }
    const url = await invite('guest@example.com', false)
    const [left] = await readOutbox({ read: database.read, sealer })
    expect(left).toMatchObject({ recipient: 'guest@example.com', language: 'de', mail: { kind: 'invitation', url } })
    server.clock.set(server.clock.now() + 7 * DAY_MS - 1)
    const visitor = new Visitor(server.issuer)
    await visitor.submit(await visitor.get(url), { username: 'guest', password })
    expect(await findAccountByLoginName(database.read, 'guest')).toMatchObject({
      roles: ['editor'],
      emailVerifiedAt: server.clock.now(),
    })
    const over = await visitor.get(url)
    expect([over.status, over.text.includes('/sign-up"')]).toEqual([400, false])
    const handed = await invite('other@example.com', true)
    expect(await readOutbox({ read: database.read, sealer })).toHaveLength(1)
    await visitor.submit(await visitor.get(handed), { username: 'other', password })
    const other = await findAccountByLoginName(database.read, 'other')
    expect(other).toMatchObject({ email: 'other@example.com', emailVerifiedAt: undefined })
    await server.stop()
  })

  it('OSTIARY_SIGN_UP=closed: there is no such door', async () => {
    const server = await startTestServer({ config: { signUp: 'closed' } })
    for (const path of ['/sign-up', '/sign-up/account?secret=x'])
      expect((await fetch(`${server.issuer}${path}`)).status).toBe(404)
    await server.stop()
  })
})
