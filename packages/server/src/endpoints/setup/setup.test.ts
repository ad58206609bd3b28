import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { addRole } from '../../domain/accounts/change-role.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { CONSOLE_CLIENT_ID, ensureConsoleClient } from '../../domain/clients/console-client.ts'
import { findClient } from '../../domain/clients/find-client.ts'
import { setRoleDemand } from '../../domain/roles/require-factor.ts'
import { issueSetupCode, offerSetupCode, SETUP_CODE_MS } from '../../domain/setup/issue-setup-code.ts'

const password = 'nine amber lanterns'
const person = { username: 'ada', email: 'ada@example.com', password }
const MINUTE_MS = 60_000

forEachDatabase('/setup', ({ createUrl }) => {
  let server: TestServer
  let visitor: Visitor

  beforeEach(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    visitor = new Visitor(server.issuer)
  })
  afterEach(() => server?.stop())

  const database = () => server.running.installation.database
  const sealer = () => server.running.installation.sealer
  const find = (login: string) => findAccountByLoginName(database().read, login)
  const events = async () => listAuditEvents(database().read, { limit: 100 })

  async function issue(): Promise<string> {
    const code = await database().write((tx) => issueSetupCode(tx, sealer(), 'system'))
    if (code === undefined) throw new Error('there is an administrator')
    return code
  }

  async function enter(fields: Readonly<Record<string, string>>): Promise<Visit> {
    return visitor.submit(await visitor.get('/setup'), { ...person, ...fields })
  }

  /** An address where there is nothing. */
  const unknown = async () => (await visitor.get('/no-such-page')).text.replace(/<code dir="ltr">[\w-]{22}</, '')

  it('by forms alone: the code of the terminal makes an account with the role admin, which is signed in and led to the console', async () => {
    const code = await issue()
    expect(code).toMatch(/^(?:[A-Z]{4}-){3}[A-Z]{4}$/)
    const done = await enter({ code: ` ${code.toLowerCase().replaceAll('-', ' ')} ` })
    expect(new URL(done.url).pathname).toBe('/console/')
    expect(await find('ada')).toMatchObject({ username: 'ada', email: person.email, roles: ['admin'] })
    expect((await visitor.get('/account')).text).toContain('ada@example.com')
    const recorded = await events()
    expect(recorded.map(({ act }) => act)).toEqual(
      expect.arrayContaining([
        'setup.code_issued',
        'account.created',
        'password.set',
        'setup.completed',
        'login.succeeded',
      ]),
    )
    const told = JSON.stringify(recorded) + server.logText()
    expect(told).not.toContain(password)
    expect(told.toUpperCase()).not.toContain(code.slice(0, 9))
  })

  it('where a role demands a second factor, the account gets one before it is signed in', async () => {
    await database().write((tx) => setRoleDemand(tx, { role: 'admin', acr: 'aal2', actor: 'cli' }))
    const enrol = await enter({ code: await issue() })
    expect(new URL(enrol.url).pathname).toBe('/login/enrol')
    expect(new URL((await new Visitor(server.issuer).get('/account')).url).pathname).toBe('/login')
  })

  it('once there is an administrator the page is as any address where there is nothing, for a GET and for the code', async () => {
    const code = await issue()
    const form = await visitor.get('/setup')
    const accountId = await addAccount(server, 'grace', password)
    await database().write((tx) => addRole(tx, { accountId, role: 'admin', actor: 'cli' }))
    expect(await database().write((tx) => issueSetupCode(tx, sealer(), 'system'))).toBeUndefined()
    const late = await visitor.submit(form, { ...person, code })
    expect(late.status).toBe(404)
    expect(await find('ada')).toBeUndefined()
    const page = await visitor.get('/setup')
    expect(page.status).toBe(404)
    expect(page.text.replace(/<code dir="ltr">[\w-]{22}</, '')).toBe(await unknown())
    const json = await fetch(`${server.issuer}/setup`)
    expect([json.status, await json.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })])
    // One who may not log in is none.
    await database().write((tx) => disableAccount(tx, accountId, 'cli'))
    expect((await visitor.get('/setup')).status).toBe(200)
  })

  it('of 20 parallel uses of the code one makes an administrator', async () => {
    const code = await issue()
    const many = Array.from({ length: 20 }, (_, index) => index)
    const statuses = await Promise.all(
      many.map(async (index) => {
        const fields = { ...person, username: `ada${index}`, email: `ada${index}@example.com`, code }
        const headers = { accept: 'text/html', 'sec-fetch-site': 'same-origin' }
        const init = { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual', headers } as const
        return (await fetch(`${server.issuer}/setup`, init)).status
      }),
    )
    expect(statuses.sort()).toEqual([303, ...Array(19).fill(404)])
    const made = await Promise.all(many.map((index) => find(`ada${index}`)))
    expect(made.filter((account) => account !== undefined)).toHaveLength(1)
  })

  it('one code at a time: a further one takes the place of the one before, and an hour is its life', async () => {
    const [first, second] = [await issue(), await issue()]
    const refused = await enter({ code: first })
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('or isn&#39;t valid any more')])
    server.clock.set(server.clock.now() + SETUP_CODE_MS)
    expect((await enter({ code: second })).status).toBe(400)
    expect(await find('ada')).toBeUndefined()
    expect((await enter({ code: await issue() })).url).toContain('/console/')
  })

  it('instances that start within a minute tell one code; a start after that makes a new one', async () => {
    const offer = () => database().write((tx) => offerSetupCode(tx, sealer()))
    const offered = await Promise.all([offer(), offer(), offer()])
    expect(new Set(offered).size).toBe(1)
    expect((await events()).filter(({ act }) => act === 'setup.code_issued')).toHaveLength(1)
    server.clock.set(server.clock.now() + 60_000)
    expect(await offer()).not.toBe(offered[0])
    expect((await enter({ code: offered[0] ?? '' })).status).toBe(400)
    expect((await enter({ code: (await offer()) ?? '' })).url).toContain('/console/')
    expect(await offer()).toBeUndefined()
  })

  it('guesses wait after a few, from wherever they come, and the right code among them is not told', async () => {
    const code = await issue()
    const statuses: number[] = []
    for (let time = 0; time < 7; time++) statuses.push((await enter({ code: 'BCDF-GHJK-LMNP-QRST' })).status)
    expect(statuses).toEqual([400, 400, 400, 400, 400, 400, 429])
    const waiting = await enter({ code })
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([429, '1'])
    expect((await events()).filter(({ act }) => act === 'setup.refused')).toHaveLength(6)
    server.clock.set(server.clock.now() + MINUTE_MS)
    expect((await enter({ code })).url).toContain('/console/')
  })

  it.each([
    ['a short password', { password: 'short' }, 'aria-describedby="problem password-hint" aria-invalid="true"'],
    ['no address', { email: 'ada' }, 'id="email" name="email" type="email" value="ada"'],
    ['no name', { username: ' ' }, 'aria-describedby="problem" aria-invalid="true"'],
    ['the address of another as a name', { username: 'bob@example.com' }, 'value="bob@example.com"'],
    ['a name that is taken', { username: 'GRACE' }, 'This name is taken.'],
    ['an address that is taken', { email: 'grace@example.com' }, 'Another account has this e-mail address.'],
  ])('%s is told, what was typed is kept but the password, and the code stays good', async (_, fields, shown) => {
    await addAccount(server, 'grace', password, 'grace@example.com')
    const code = await issue()
    const again = await enter({ code, ...fields })
    expect([again.status, again.text]).toEqual([400, expect.stringContaining(shown)])
    expect(again.text).toContain(`value="${code}"`)
    expect(again.text).not.toContain(password)
    expect((await visitor.submit(again, { ...person, code })).url).toContain('/console/')
  })

  it('what is missing, repeated, empty, too long or no text is 400, and a form of another site 403', async () => {
    const code = await issue()
    const post = async (body: string, headers = {}) =>
      (await fetch(`${server.issuer}/setup`, { method: 'POST', body, headers: { ...form, ...headers } })).status
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const good = new URLSearchParams({ ...person, code }).toString()
    for (const bad of [
      ...['', 'code=x', `${good}&code=${code}`, good.replace('ada%40', 'ada%00%40'), good.replace(code, '')],
      good.replace('username=ada', `username=${'a'.repeat(2000)}`),
    ])
      expect([bad, await post(bad)]).toEqual([bad, 400])
    expect(await post(good, { 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await find('ada')).toBeUndefined()
  })

  it.each(['de', 'ar'])('in %s the page speaks that language', async (language) => {
    const page = await visitor.get('/setup', { 'accept-language': language })
    expect(page.text).toContain(`<html lang="${language}"`)
  })
})

forEachDatabase('the console as a client', ({ createUrl }) => {
  let databaseUrl: string
  beforeAll(async () => {
    databaseUrl = await createUrl()
  })

  it('is registered by the start for the issuer, public and first-party, and follows another issuer', async () => {
    const server = await startTestServer({ databaseUrl, issuerPath: '/tenant' })
    const { database } = server.running.installation
    const client = await findClient(database.read, CONSOLE_CLIENT_ID)
    expect(client).toMatchObject({
      ...{ type: 'public', isFirstParty: true, redirectUris: [`${server.issuer}/console/callback`] },
      ...{ postLogoutRedirectUris: [`${server.issuer}/console/`], grants: ['authorization_code', 'refresh_token'] },
    })
    await Promise.all(
      Array.from({ length: 20 }, () => database.write((tx) => ensureConsoleClient(tx, 'https://login.example.com'))),
    )
    expect(await findClient(database.read, CONSOLE_CLIENT_ID)).toEqual({
      ...client,
      redirectUris: ['https://login.example.com/console/callback'],
      postLogoutRedirectUris: ['https://login.example.com/console/'],
    })
    const recorded = (await listAuditEvents(database.read, { limit: 50 })).filter(
      ({ clientId }) => clientId === 'console',
    )
    expect(recorded.map(({ act, actor }) => [act, actor]).sort()).toEqual([
      ['client.changed', 'system'],
      ['client.created', 'system'],
    ])
    await server.stop()
  })
})
