import { afterEach, describe, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { readMails, waitForCode, waitForMail } from '../../../testing/mailbox.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { enableAccount } from '../../domain/accounts/enable-account.ts'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { unlockAccount } from '../../domain/accounts/lock-out-account.ts'
import { markDeletion } from '../../domain/accounts/mark-deletion.ts'
import { createApiKey } from '../../domain/api-keys/create-api-key.ts'
import { listApiKeys } from '../../domain/api-keys/list-api-keys.ts'
import { parseApiKey } from '../../domain/api-keys/parse-api-key.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'
import { listIdentities } from '../../domain/federated-identities/list-identities.ts'
import { leaveNotice } from '../../domain/mails/leave-notice.ts'
import { listPasskeys } from '../../domain/passkeys/list-passkeys.ts'
import { listSessions } from '../../domain/sessions/list-sessions.ts'

const audience = 'https://api.example.com'
const password = 'a long walk along the river'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'
const phone = 'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36'
const recipient = 'ada@example.com'

/** Signs in as a browser does; gives its cookies. */
async function signIn(server: TestServer, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${server.issuer}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', origin: server.issuer, 'user-agent': firefox, ...headers },
    body: new URLSearchParams({ username: 'ada', password }),
  })
  expect(answer.status).toBe(303)
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

forEachDatabase('notices and their link', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start() {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    await addApi(server, { audience })
    const accountId = await addAccount(server, 'ada', password)
    await setEmail(server, accountId, recipient)
    return { server, accountId }
  }

  async function setEmail({ running }: TestServer, id: string, email: string): Promise<void> {
    type Tables = { account: { id: string; email: string | null } }
    const { database } = running.installation
    await database.write((tx) =>
      tx.sql.withTables<Tables>().updateTable('account').set({ email }).where('id', '=', id).execute(),
    )
  }

  /** A link to lock by, as a notice carries it. */
  async function leaveLink(server: TestServer, accountId: string): Promise<URL> {
    const { database, sealer } = server.running.installation
    const told = {
      accountId,
      notice: 'password_changed',
      language: 'en',
      network: '203.0.113.7',
      userAgent: firefox,
    } as const
    const lockUrl = `${server.issuer}/account-lock`
    await database.write((tx) => leaveNotice(tx, { sealer, lockUrl }, told))
    const { mail } = await waitForMail(server, recipient, ({ mail: { kind } }) => kind === 'notice')
    if (mail.kind !== 'notice' || mail.lockUrl === undefined) throw new Error('It has no link.')
    return new URL(mail.lockUrl)
  }

  function press(server: TestServer, secret: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${server.issuer}/account-lock`, {
      method: 'POST',
      headers: { accept: 'text/html', origin: server.issuer, 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams({ secret }),
    })
  }

  function send(server: TestServer, path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' }
    return fetch(`${server.issuer}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }

  function secretOf(link: URL): string {
    return link.searchParams.get('secret') ?? ''
  }

  async function stateOf({ running }: TestServer, accountId: string) {
    const { database, clock } = running.installation
    return {
      disabledBy: (await findAccount(database.read, accountId))?.disabledBy,
      sessions: (await listSessions(database.read, accountId, clock.now())).length,
      keys: (await listApiKeys(database.read, { accountId })).length,
    }
  }

  async function addKey({ running }: TestServer, accountId: string): Promise<void> {
    const parsed = parseApiKey({ name: 'Report', audience })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { database } = running.installation
    await database.write((tx) => createApiKey(tx, { accountId }, parsed.description, 'cli'))
  }

  async function addPasskey({ running }: TestServer, accountId: string): Promise<void> {
    const flags = { sign_count: 0, is_backup_eligible: 0, is_backed_up: 0, is_user_verified: 1, created_at: 1 }
    const texts = { credential_id: 'c', id: 'p', public_key: 'k', transports: '[]', aaguid: 'a', name: 'Phone' }
    const row = { ...flags, ...texts, account_id: accountId }
    await running.installation.database.write((tx) =>
      tx.sql.withTables<{ passkey: typeof row }>().insertInto('passkey').values(row).execute(),
    )
  }

  describe('a sign-in', () => {
    test('is told of on a new device, in the language of its page; the first one and known devices are not', async () => {
      const { server } = await start()
      const cookies = await signIn(server)
      await signIn(server, { cookie: cookies })
      await signIn(server)
      expect(await readMails(server)).toEqual([])
      await signIn(server, { 'user-agent': phone, 'accept-language': 'de' })
      const [mail, ...others] = await readMails(server)
      expect(others).toEqual([])
      expect(mail).toMatchObject({ recipient, language: 'de', mail: { notice: 'new_device', network: '127.0.0.1' } })
      expect(mail?.text).toContain('Chrome, Android')
      await signIn(server, { 'user-agent': phone })
      expect(await readMails(server)).toHaveLength(1)
    })

    test('with a wrong password, or at an account without an address, leaves no mail', async () => {
      const { server } = await start()
      await signIn(server)
      await logIn(server, { username: 'ada', password: 'wrong', audience })
      await addAccount(server, 'grace', password)
      const grace = { username: 'grace', password }
      for (const agent of [firefox, phone])
        await fetch(`${server.issuer}/login`, {
          method: 'POST',
          redirect: 'manual',
          headers: { accept: 'text/html', origin: server.issuer, 'user-agent': agent },
          body: new URLSearchParams(grace),
        })
      expect(await readMails(server)).toEqual([])
    })
  })

  describe('"This wasn’t me"', () => {
    test('opening the link changes nothing, whoever opens it and however often', async () => {
      const { server, accountId } = await start()
      await signIn(server)
      const link = await leaveLink(server, accountId)
      for (const method of ['GET', 'GET', 'HEAD', 'OPTIONS']) await fetch(link, { method })
      const page = await fetch(link)
      expect(page.headers.get('cache-control')).toBe('no-store')
      const text = await page.text()
      expect(text).toContain('>ada<')
      expect(text).toContain('Your account has a new password.')
      expect(await stateOf(server, accountId)).toEqual({ disabledBy: undefined, sessions: 1, keys: 0 })
    })

    test('the button locks: sessions, API keys and logins end, and it is audited', async () => {
      const { server, accountId } = await start()
      const cookie = await signIn(server)
      await logIn(server, { username: 'ada', password, audience })
      await addKey(server, accountId)
      const link = await leaveLink(server, accountId)
      const wrong = await (await logIn(server, { username: 'ada', password: 'wrong', audience })).json()
      const answer = await press(server, secretOf(link))
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('Your account is locked')
      expect(await stateOf(server, accountId)).toEqual({ disabledBy: 'owner', sessions: 0, keys: 0 })
      expect((await fetch(`${server.issuer}/account`, { headers: { cookie }, redirect: 'manual' })).status).toBe(303)
      const refused = await logIn(server, { username: 'ada', password, audience })
      expect(refused.status).toBe(401)
      const told = (await refused.json()) as { detail?: string; error_description?: string }
      expect({ ...told, incident_id: '' }).toEqual({ ...(wrong as object), incident_id: '' })
      const events = await listAuditEvents(server.running.installation.database.read, { accountId, limit: 100 })
      expect(events.map(({ act }) => act)).toEqual(
        expect.arrayContaining(['account.locked', 'session.ended', 'account.logged_out', 'api_key.revoked']),
      )
      expect(events.find(({ act }) => act === 'account.locked')).toMatchObject({
        actor: 'anonymous',
        network: '127.0.0.1',
      })
    })

    test('disconnects identities at other providers, since one may be the stranger’s: recovery leads to its owner alone', async () => {
      const { server, accountId } = await start()
      const { database } = server.running.installation
      const identity = { issuer: 'https://accounts.example', subject: 'stranger', accountId, network: '127.0.0.1' }
      await database.write((tx) => linkIdentity(tx, identity))
      expect((await press(server, secretOf(await leaveLink(server, accountId)))).status).toBe(200)
      expect(await listIdentities(database.read, accountId)).toEqual([])
      const events = await listAuditEvents(database.read, { accountId, act: 'federated_identity.unlinked', limit: 5 })
      expect(events.map(({ detail }) => detail)).toEqual([
        { issuer: 'https://accounts.example', subjects: ['stranger'], because: 'account_locked' },
      ])
    })

    test('suspends every passkey, since one may be the stranger’s, and keeps an account that was to be deleted', async () => {
      const { server, accountId } = await start()
      const { database } = server.running.installation
      await addPasskey(server, accountId)
      const secret = secretOf(await leaveLink(server, accountId))
      const deleteAfter = server.clock.now() + 86_400_000
      await database.write((tx) => markDeletion(tx, accountId, { deleteAfter, actor: `account:${accountId}` }))
      expect((await press(server, secret)).status).toBe(200)
      const now = server.clock.now()
      expect(await listPasskeys(database.read, accountId)).toMatchObject([{ suspendedAt: now }])
      expect(await findAccount(database.read, accountId)).toMatchObject({ deleteAfter: undefined, disabledBy: 'owner' })
      const events = await listAuditEvents(database.read, { accountId, act: 'passkey.suspended', limit: 10 })
      expect(events).toMatchObject([{ actor: 'anonymous', detail: { because: 'account_locked' } }])
    })

    test('of 20 at once one locks', async () => {
      const { server, accountId } = await start()
      const link = await leaveLink(server, accountId)
      const answers = await Promise.all(Array.from({ length: 20 }, () => press(server, secretOf(link))))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(19)
      const events = await listAuditEvents(server.running.installation.database.read, { accountId, limit: 100 })
      expect(events.filter(({ act }) => act === 'account.locked')).toHaveLength(1)
    })

    test('recovery opens it again, and an operator too; what an operator has disabled stays', async () => {
      const { server, accountId } = await start()
      const { database } = server.running.installation
      await press(server, secretOf(await leaveLink(server, accountId)))
      const newPassword = 'eight copper kettles'
      expect((await send(server, '/recover', { login: 'ada' })).status).toBe(202)
      const { url } = await waitForCode(server, recipient)
      const recovered = await send(server, '/recover/password', {
        secret: secretOf(new URL(url)),
        password: newPassword,
      })
      expect(recovered.status).toBe(204)
      expect(await stateOf(server, accountId)).toMatchObject({ disabledBy: undefined })
      const events = await listAuditEvents(database.read, { accountId, act: 'account.unlocked', limit: 10 })
      expect(events).toMatchObject([{ actor: `account:${accountId}` }])
      expect((await logIn(server, { username: 'ada', password, audience })).status).toBe(401)
      expect((await logIn(server, { username: 'ada', password: newPassword, audience })).status).toBe(200)
      server.clock.set(server.clock.now() + 1000)
      await press(server, secretOf(await leaveLink(server, accountId)))
      expect(await database.write((tx) => enableAccount(tx, accountId, 'cli'))).toEqual({ ok: true })
      expect((await logIn(server, { username: 'ada', password: newPassword, audience })).status).toBe(200)
    })

    test('where the mail goes to another address by now, recovery does not open it: a stranger would get the code', async () => {
      const { server, accountId } = await start()
      const link = await leaveLink(server, accountId)
      await setEmail(server, accountId, 'eve@example.com')
      const answer = await press(server, secretOf(link))
      expect(await answer.text()).toContain('Ask whoever runs Ostiary')
      const { database } = server.running.installation
      expect(await stateOf(server, accountId)).toMatchObject({ disabledBy: 'operator' })
      await database.write((tx) => unlockAccount(tx, accountId, `account:${accountId}`))
      expect(await stateOf(server, accountId)).toMatchObject({ disabledBy: 'operator' })
    })

    test.each([
      ['nothing', {}],
      ['an empty secret', { secret: '' }],
      ['an unknown secret', { secret: 'x'.repeat(43) }],
      ['a long one', { secret: 'x'.repeat(5000) }],
      ['control characters', { secret: '\0\r\n' }],
    ])('%s locks nothing', async (_, form) => {
      const { server, accountId } = await start()
      const answer = await press(server, '', {})
      expect(answer.status).toBe(400)
      const query = new URLSearchParams(form)
      expect((await fetch(`${server.issuer}/account-lock?${query}`)).status).toBe(400)
      expect((await press(server, (form as { secret?: string }).secret ?? '')).status).toBe(400)
      expect(await stateOf(server, accountId)).toMatchObject({ disabledBy: undefined })
    })

    test('a form of another site, a link of 7 days and a link given twice lock nothing', async () => {
      const { server, accountId } = await start()
      const secret = secretOf(await leaveLink(server, accountId))
      const foreign = { origin: 'https://eve.example', 'sec-fetch-site': 'cross-site' }
      expect((await press(server, secret, foreign)).status).toBe(403)
      expect((await fetch(`${server.issuer}/account-lock?secret=${secret}&secret=${secret}`)).status).toBe(400)
      server.clock.set(server.clock.now() + 7 * 86_400_000)
      expect((await press(server, secret)).status).toBe(400)
      expect(await stateOf(server, accountId)).toMatchObject({ disabledBy: undefined })
    })

    test('no secret gets into the log', async () => {
      const { server, accountId } = await start()
      const link = await leaveLink(server, accountId)
      await fetch(link)
      await press(server, secretOf(link))
      expect(server.logText()).not.toContain(secretOf(link))
      expect(server.logText()).not.toContain(recipient)
    })
  })
})
