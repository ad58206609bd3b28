import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import { addRole } from '../accounts/change-role.ts'
import { createAccount } from '../accounts/create-account.ts'
import { disableAccount } from '../accounts/disable-account.ts'
import { enableAccount } from '../accounts/enable-account.ts'
import { findAccount } from '../accounts/find-account.ts'
import { getAccount } from '../accounts/get-account.ts'
import { lockOutAccount, unlockAccount } from '../accounts/lock-out-account.ts'
import { parseUsername } from '../accounts/parse-username.ts'
import { settleOutdatedClaims } from '../accounts/settle-outdated-claims.ts'
import { createApiKey } from '../api-keys/create-api-key.ts'
import { parseApiKey } from '../api-keys/parse-api-key.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { recordConsent } from '../consents/consents.ts'
import { issueChallenge } from '../email-challenges/issue-challenge.ts'
import { linkIdentity } from '../federated-identities/link-identity.ts'
import { seeDevice } from '../known-devices/see-device.ts'
import { leaveNotice } from '../mails/leave-notice.ts'
import { addMember } from '../memberships/add-member.ts'
import { createOrganization } from '../organizations/create-organization.ts'
import { parseOrganization } from '../organizations/parse-organization.ts'
import { registerPasskey } from '../passkeys/register-passkey.ts'
import { ensureUserHandle } from '../passkeys/user-handle.ts'
import { updateProfile } from '../profiles/update-profile.ts'
import { makeRecoveryCodes } from '../recovery-codes/recovery-codes.ts'
import { rememberDevice } from '../remembered-devices/remembered-devices.ts'
import { schemaStatements } from '../schema/migrations.ts'
import { listSessions } from '../sessions/list-sessions.ts'
import { addTotp } from '../totp/totp.ts'
import { cancelDeletion } from './cancel-deletion.ts'
import { everythingKept } from './everything-kept.ts'
import { purgeAccount, purgeAccounts } from './purge-accounts.ts'
import { requestDeletion } from './request-deletion.ts'
import { requestPurge } from './request-purge.ts'
import { writeExport } from './write-export.ts'

const dyingPurge = fileURLToPath(new URL('../../../testing/dying-purge.ts', import.meta.url))
const audience = 'https://api.example.com'
const password = 'a long walk along the river'
const DAY_MS = 86_400_000

/** The tables of the schema, each with its columns. */
const tables = schemaStatements.flatMap((statement) => {
  const [, name, columns] = /^CREATE TABLE (\w+) \((.*)\)$/s.exec(statement) ?? []
  return name === undefined || columns === undefined ? [] : [{ name, columns }]
})

describe('everything that is kept of a person', () => {
  it('each table with a column account_id is given and purged, or says why not', () => {
    const ofPeople = tables.filter(({ name, columns }) => name === 'account' || /^\s*account_id\b/m.test(columns))
    expect(ofPeople.length).toBeGreaterThan(9)
    expect(everythingKept.flatMap((kept) => kept.tables).sort()).toEqual(ofPeople.map(({ name }) => name).sort())
    for (const {
      tables: [table],
      given,
      purged,
    } of everythingKept) {
      if ('because' in given) expect(given.because.length, table).toBeGreaterThan(20)
      if ('because' in purged) expect(purged.because.length, table).toBeGreaterThan(20)
    }
  })

  it('no two are given under one name', () => {
    const members = everythingKept.flatMap(({ given }) => ('because' in given ? [] : given.map(({ member }) => member)))
    expect(new Set(members).size).toBe(members.length)
  })
})

forEachDatabase('the personal data of an account', ({ createUrl, dialect }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(): Promise<{ server: TestServer; database: Database; url: string }> {
    const url = await createUrl()
    const server = await startTestServer({ databaseUrl: url })
    servers.push(server)
    await addApi(server, { audience })
    return { server, url, database: server.running.installation.database }
  }

  /** An account with something in every room. */
  async function addPerson(server: TestServer, name: string): Promise<string> {
    const id = await addAccount(server, name, password)
    const { database } = server.running.installation
    await logIn(server, { username: name, password, audience })
    await logIn(server, { username: name, password: 'wrong', audience })
    await database.write(async (tx) => {
      await updateProfile(tx, await getAccount(tx.sql, id), { name: `${name} Lovelace`, locale: 'en' }, 'cli')
      const there = { issuer: 'https://upstream.example', subject: `${name}-there` }
      await addOwner(tx, id, name)
      await linkIdentity(tx, { ...there, accountId: id, network: '203.0.113.7' })
      await addRole(tx, { accountId: id, role: 'admin', actor: 'cli' })
      await recordConsent(tx, { accountId: id, clientId: 'ostiary', audience }, ['openid'])
      await addTotp(tx, server.running.installation.sealer, {
        ...{ accountId: id, secret: randomBytes(20), step: 1, network: '203.0.113.7' },
      })
      await issueChallenge(tx, server.running.installation.sealer, {
        ...{
          purpose: 'verify_email',
          email: `${name}@example.com`,
          accountId: id,
          language: 'en',
          network: '203.0.113.7',
        },
        ...{ payload: { email: `${name}@example.com` }, linkUrl: 'https://login.example.com/verify' },
      })
      await makeRecoveryCodes(tx, { accountId: id, network: '203.0.113.7' })
      await rememberDevice(tx, { accountId: id, userAgent: `${name}'s browser`, network: '203.0.113.7' })
      await seeDevice(tx, { accountId: id, cookie: undefined, userAgent: undefined, network: '203.0.113.7' })
      await ensureUserHandle(tx, id)
      const notices = { sealer: server.running.installation.sealer, lockUrl: 'https://login.example.com/lock' }
      await registerPasskey(tx, notices, {
        owner: { accountId: id, language: 'en', network: '203.0.113.7', userAgent: undefined },
        credential: {
          ...{ credentialId: `credential-of-${name}`, publicKey: 'pQEC', signCount: 0, aaguid: '' },
          ...{ isBackupEligible: true, isBackedUp: true, isUserVerified: true },
        },
        ...{ transports: [], name: `${name}'s telephone` },
      })
      const key = parseApiKey({ name: `${name}'s script`, audience, scopes: undefined, expires: '30d' })
      if (key.ok) await createApiKey(tx, { accountId: id }, key.description, `account:${id}`)
    })
    await settleOutdatedClaims(database)
    return id
  }

  async function addOwner(tx: Transaction, accountId: string, name: string): Promise<void> {
    const described = parseOrganization({ name: 'Blue Door', slug: name.replace('.', '-') })
    const created = described.ok ? await createOrganization(tx, described.description, 'cli') : described
    if (!created.ok) throw new Error(created.reason)
    const { id: organizationId } = created.organization
    const invitedAs = `${name}@example.com`
    await addMember(tx, { organizationId, accountId, roles: ['owner'], invitedAs }, 'cli')
  }

  const request = (database: Database, accountId: string, graceDays: number) =>
    database.write((tx) => requestDeletion(tx, { accountId, actor: `account:${accountId}`, graceDays }))

  /** All rows in which a text stands, by table. */
  async function search(database: Database, text: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {}
    for (const { name } of tables) {
      const rows = await database.read
        .withTables<Record<string, Record<string, unknown>>>()
        .selectFrom(name)
        .selectAll()
        .execute()
      const count = rows.filter((row) => JSON.stringify(row).includes(text)).length
      if (count > 0) found[name] = count
    }
    return found
  }

  async function readExport(database: Database, accountId: string): Promise<string[]> {
    const pieces: string[] = []
    for await (const piece of writeExport(database.read, accountId, { issuer: 'https://login.example.com', now: 0 }))
      pieces.push(piece)
    return pieces
  }

  it('an export is one JSON object of what every room keeps, of nobody else, and without secrets', async () => {
    const { server, database } = await start()
    const [ada, grace] = [await addPerson(server, 'ada.lovelace'), await addPerson(server, 'grace.hopper')]
    const text = (await readExport(database, ada)).join('')
    expect(text).not.toContain('grace.hopper')
    expect(text).not.toContain(grace)
    expect(text).not.toMatch(/argon2|secret|hash/)
    const given = JSON.parse(text)
    expect(given).toMatchObject({
      ...{ format: 'ostiary-account', version: 1, issuer: 'https://login.example.com' },
      account: { id: ada, username: 'ada.lovelace', email: null, roles: ['admin'] },
      identifiers: ['ada.lovelace'],
      profile: { name: 'ada.lovelace Lovelace', locale: 'en' },
      password: { set_at: expect.any(String) },
      passkeys: [{ name: "ada.lovelace's telephone", synced: true, last_used_at: null }],
      authenticator_app: { added_at: expect.any(String) },
      recovery_codes: { left: 10 },
      mailed_codes: [{ purpose: 'verify_email', email: 'ada.lovelace@example.com', used_at: null }],
      remembered_devices: [{ user_agent: "ada.lovelace's browser", network: '203.0.113.7' }],
      connected_providers: [{ issuer: 'https://upstream.example', subject: 'ada.lovelace-there' }],
      organizations: [{ name: 'Blue Door', roles: ['owner'], invited_as: 'ada.lovelace@example.com' }],
      consents: [{ client_id: 'ostiary', audience, scopes: ['openid'] }],
      api_keys: [{ name: "ada.lovelace's script", audience, revoked_at: null }],
      sessions: [{ client_id: 'ostiary', audience, network: '127.0.0.1', methods: ['pwd'], ended_at: null }],
    })
    const told = new Map(given.activity.map((event: { act: string; detail: object }) => [event.act, event.detail]))
    expect([...told.keys()]).toEqual(expect.arrayContaining(['account.created', 'login.succeeded', 'login.refused']))
    expect([told.get('factor.added'), told.get('login.refused')]).toEqual([{ factor: 'totp' }, {}])
  })

  it('an export of many events comes in small pieces', async () => {
    const many = dialect === 'sqlite' ? 100_000 : 5000
    const { server, database } = await start()
    const id = await addAccount(server, 'busy', password)
    await insertEvents(database, id, many)
    let [pieces, longest, characters] = [0, 0, 0]
    let text = ''
    for await (const piece of writeExport(database.read, id, { issuer: 'https://login.example.com', now: 0 })) {
      pieces += 1
      longest = Math.max(longest, piece.length)
      characters += piece.length
      text += piece
    }
    expect(JSON.parse(text).activity.length).toBeGreaterThanOrEqual(many)
    expect(longest).toBeLessThan(1000)
    expect([pieces > many, characters > many * 100]).toEqual([true, true])
  }, 120_000)

  it('when its deletion is asked for, sessions and keys end and its names stay taken; nothing is gone', async () => {
    const { server, database } = await start()
    const id = await addPerson(server, 'ada.lovelace')
    const requested = await request(database, id, 14)
    expect(requested).toEqual({ ok: true, deleteAfter: server.clock.now() + 14 * DAY_MS })
    expect(await request(database, id, 14)).toEqual({ ok: false, reason: 'already_requested' })
    await purgeAccounts(database, server.clock.now() + 14 * DAY_MS - 1)
    const given = JSON.parse((await readExport(database, id)).join(''))
    expect(given.sessions.every(({ ended_at }: { ended_at: string | null }) => ended_at !== null)).toBe(true)
    expect(given.api_keys).toMatchObject([{ revoked_at: expect.any(String) }])
    const username = parseUsername('ADA.LOVELACE')
    if (!username.ok) throw new Error(username.sentence)
    const taken = await database.write((tx) => createAccount(tx, { username: username.username, actor: 'cli' }))
    expect(taken).toEqual({ ok: false, reason: 'username_taken' })
  })

  it('of 20 requests at once one is granted, also beside logins, and no session outlives them; of 20 to keep it, one', async () => {
    const { server, database } = await start()
    const id = await addAccount(server, 'ada', password)
    const logins = Array.from({ length: 5 }, () => logIn(server, { username: 'ada', password, audience }))
    await logins[0]
    const requests = await Promise.all(Array.from({ length: 20 }, () => request(database, id, 14)))
    expect(requests.filter(({ ok }) => ok)).toHaveLength(1)
    const statuses = await Promise.all(logins.map(async (login) => (await login).status))
    expect(statuses.every((status) => [200, 403].includes(status))).toBe(true)
    expect(await listSessions(database.read, id, server.clock.now())).toEqual([])
    const keep = () => database.write((tx) => cancelDeletion(tx, { accountId: id, actor: 'cli' }))
    const kept = await Promise.all(Array.from({ length: 20 }, keep))
    expect(kept.filter(Boolean)).toHaveLength(1)
    const both = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? keep() : request(database, id, 14))),
    )
    const events = await listAuditEvents(database.read, { accountId: id, limit: 1000 })
    const count = (wanted: string) => events.filter(({ act }) => act === wanted).length
    const isWaiting = (await findAccount(database.read, id))?.deleteAfter !== undefined
    expect(count('account.deletion_requested') - count('account.deletion_cancelled')).toBe(isWaiting ? 1 : 0)
    expect(both).toHaveLength(20)
  })

  it('when the grace is over nothing of the person is left; what happened stays, under an id that means nobody', async () => {
    const { server, database } = await start()
    const [ada, grace] = [await addPerson(server, 'ada.lovelace'), await addPerson(server, 'grace.hopper')]
    const before = await search(database, grace)
    // Else nothing would be shown by its absence: who adds a table adds a row of it in addPerson.
    const purged = everythingKept.filter((kept) => typeof kept.purged === 'function').flatMap((kept) => kept.tables)
    expect(Object.keys(await search(database, ada))).toEqual(expect.arrayContaining(purged))
    await request(database, ada, 14)
    server.clock.set(server.clock.now() + 14 * DAY_MS)
    await purgeAccounts(database, server.clock.now())
    expect(await findAccount(database.read, ada)).toBeUndefined()
    // Beside the log, what is still to be known of its tokens, for as long as one could live.
    expect(Object.keys(await search(database, ada)).sort()).toEqual(['audit_event', 'revocation_mark'])
    expect(await search(database, 'ada.lovelace')).toEqual({})
    const events = await listAuditEvents(database.read, { accountId: ada, limit: 1000 })
    expect(events.length).toBeGreaterThan(8)
    expect(events).toContainEqual(expect.objectContaining({ act: 'account.deleted', actor: 'system' }))
    expect(events.every(({ network, detail }) => network === undefined && Object.keys(detail).length === 0)).toBe(true)
    expect(await search(database, grace)).toEqual(before)
    const again = await addAccount(server, 'ada.lovelace', password)
    expect(again).not.toBe(ada)
  })

  it('who goes at once leaves no address behind in the links of mails that are still under way', async () => {
    const { server, database } = await start()
    const id = await addAccount(server, 'ada', password, 'ada.lovelace@example.com')
    const notices = { sealer: server.running.installation.sealer, lockUrl: 'https://login.example.com/lock' }
    const told = {
      accountId: id,
      notice: 'password_changed',
      ...{ network: '203.0.113.7', userAgent: undefined },
    } as const
    await database.write((tx) => leaveNotice(tx, notices, { ...told, language: 'en' }))
    expect(Object.keys(await search(database, id))).toContain('one_time')
    await request(database, id, 0)
    await purgeAccounts(database, server.clock.now())
    expect(await search(database, 'ada.lovelace')).toEqual({})
  })

  it('kill -9 after any step of a purge: it goes on from there, and ends once', async () => {
    const { server, database, url } = await start()
    const id = await addPerson(server, 'ada.lovelace')
    // Of the system's own clock, which the other process has.
    server.clock.set(Date.now() - 60_000)
    await insertEvents(database, id, 1200)
    await request(database, id, 0)
    for (const steps of [1, 4, 9]) {
      const child = spawn(process.execPath, ['--no-warnings', dyingPurge, url, id, String(steps)], { stdio: 'inherit' })
      const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
      expect(signal, `after ${steps} steps`).toBe('SIGKILL')
      // Its names are taken until it is gone, and nobody gets half of it back.
      expect(await findAccount(database.read, id)).toBeDefined()
      expect(await database.write((tx) => cancelDeletion(tx, { accountId: id, actor: 'cli' }))).toBe(false)
    }
    server.clock.set(Date.now())
    await Promise.all([purgeAccounts(database, Date.now()), purgeAccounts(database, Date.now())])
    expect(await search(database, 'ada.lovelace')).toEqual({})
    const events = await listAuditEvents(database.read, { accountId: id, limit: 1000 })
    expect(events.filter(({ act }) => act === 'account.deleted')).toHaveLength(1)
    expect(await countNetworks(database, id)).toBe(0)
  })

  it('what an operator still does to an account between two steps of its purge goes with it', async () => {
    const { server, database } = await start()
    const id = await addPerson(server, 'ada.lovelace')
    await database.write((tx) => requestPurge(tx, { accountId: id, actor: 'cli' }))
    const organization = parseOrganization({ name: 'Late' })
    if (!organization.ok) throw new Error(organization.sentence)
    const late = await database.write((tx) => createOrganization(tx, organization.description, 'cli'))
    if (!late.ok) throw new Error(late.reason)
    const member = { organizationId: late.organization.id, accountId: id, roles: [] }
    let count = 0
    const write: Database['write'] = async (unit, options) => {
      await database.write(async (tx) => {
        const account = await findAccount(tx.sql, id)
        if (account === undefined) return
        count += 1
        await updateProfile(tx, account, { name: `Ada ${count}` }, 'cli')
        await makeRecoveryCodes(tx, { accountId: id, network: '203.0.113.7' })
        await addMember(tx, member, 'cli')
      })
      return database.write(unit, options)
    }
    expect(await purgeAccount({ write }, id)).toBe(true)
    expect(count).toBeGreaterThan(9)
    expect(Object.keys(await search(database, id)).sort()).toEqual(['audit_event', 'revocation_mark'])
    expect(await countNetworks(database, id)).toBe(0)
  })

  it('who found it before its purge, and came to its lock after, keeps nothing of it', async () => {
    const { server, database } = await start()
    const id = await addPerson(server, 'ada.lovelace')
    const found = await getAccount(database.read, id)
    await request(database, id, 0)
    await purgeAccounts(database, server.clock.now())
    const before = await search(database, id)
    await expect(database.write((tx) => updateProfile(tx, found, { name: 'Ada' }, 'cli'))).rejects.toThrow(id)
    await expect(database.write((tx) => addRole(tx, { accountId: id, role: 'admin', actor: 'cli' }))).rejects.toThrow(
      id,
    )
    expect(await search(database, id)).toEqual(before)
  })

  it('one that was locked meanwhile is left alone, kept when it is unlocked, and deleted by an operator who says so', async () => {
    const { server, database } = await start()
    const id = await addAccount(server, 'ada', password)
    await request(database, id, 0)
    await database.write((tx) => disableAccount(tx, id, 'system'))
    await purgeAccounts(database, server.clock.now() + DAY_MS)
    expect(await purgeAccount(database, id)).toBe(false)
    await database.write((tx) => enableAccount(tx, id, 'cli'))
    expect(await findAccount(database.read, id)).toMatchObject({ deleteAfter: undefined, disabledAt: undefined })
    await request(database, id, 0)
    await database.write((tx) => lockOutAccount(tx, id, { actor: 'anonymous', network: '203.0.113.7' }))
    await purgeAccounts(database, server.clock.now() + DAY_MS)
    expect(await purgeAccount(database, id)).toBe(false)
    await database.write((tx) => unlockAccount(tx, id, `account:${id}`))
    expect(await findAccount(database.read, id)).toMatchObject({ deleteAfter: undefined, disabledAt: undefined })
    await database.write((tx) => disableAccount(tx, id, 'cli'))
    await database.write((tx) => requestPurge(tx, { accountId: id, actor: 'cli' }))
    // Whoever is killed here has lost nothing.
    await purgeAccounts(database, server.clock.now())
    expect(await findAccount(database.read, id)).toBeUndefined()
  })

  async function countNetworks(database: Database, accountId: string): Promise<number> {
    const events = database.read.withTables<{ audit_event: { account_id: string; network: string | null } }>()
    const rows = await events.selectFrom('audit_event').select('network').where('account_id', '=', accountId).execute()
    return rows.filter(({ network }) => network !== null).length
  }

  async function insertEvents(database: Database, accountId: string, count: number): Promise<void> {
    const event = (id: number) => ({
      ...{
        id: `event-${String(id).padStart(8, '0')}`,
        at: 1_700_000_000_000 + Math.floor(id / 3),
        act: 'login.succeeded',
      },
      ...{
        actor: `account:${accountId}`,
        outcome: 'done',
        account_id: accountId,
        session_id: null,
        client_id: 'ostiary',
      },
      ...{ network: '203.0.113.7', detail: '{"method":"pwd"}', salt: 'salt', commitment: '' },
    })
    const insert = (tx: Transaction, from: number, to: number) =>
      tx.sql
        .withTables<{ audit_event: ReturnType<typeof event> }>()
        .insertInto('audit_event')
        .values(Array.from({ length: to - from }, (_, index) => event(from + index)))
        .execute()
    for (let from = 0; from < count; from += 2000)
      await database.write((tx) => insert(tx, from, Math.min(count, from + 2000)))
  }
})
