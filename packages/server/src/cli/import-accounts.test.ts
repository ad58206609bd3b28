import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import { forEachDatabase } from '../../testing/database.ts'
import { readTable, schemaTables } from '../../testing/fill-schema.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { findAccountByLoginName } from '../domain/accounts/find-account-by-login-name.ts'
import { findPassword } from '../domain/credentials/find-password.ts'
import { listIdentities } from '../domain/federated-identities/list-identities.ts'
import { findProfile } from '../domain/profiles/find-profile.ts'
import { createRole } from '../domain/roles/create-role.ts'
import { parseRole } from '../domain/roles/parse-role.ts'
import { codeOfStep, stepOf } from '../domain/totp/totp-code.ts'
import type { ForeignProduct } from '../domain/transfers/foreign/foreign-formats.ts'
import { writeInstallation } from '../domain/transfers/write-installation.ts'
import { type AccountsOptions, importAccountsOf } from './import-accounts.ts'

const exportsFolder = fileURLToPath(new URL('../../testing/exports/', import.meta.url))
const password = 'a long walk along the river'
const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-import-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function place(content: string): string {
  files += 1
  const file = path.join(folder, `${files}.jsonl`)
  writeFileSync(file, content)
  return file
}

function reportOf(file: string): unknown[] {
  const text = readFileSync(`${file}.report.jsonl`, 'utf8').trim()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line))
}

async function declareRole(server: TestServer, name: string): Promise<void> {
  const role = parseRole(name)
  if (!role.ok) throw new Error(role.sentence)
  await server.running.installation.database.write((tx) => createRole(tx, { name, description: undefined }, 'cli'))
}

interface ForeignCase {
  readonly from: ForeignProduct
  readonly file: string
  readonly options?: Partial<AccountsOptions>
  readonly created: number
  /** Of the first person. */
  readonly identities: readonly (readonly [issuer: string, subject: string])[]
  readonly profile: object
  readonly report: readonly object[]
}

const [google, github] = ['https://accounts.google.com', 'https://github.com']
const picture = 'https://images.example.com/ada.png'

const cases: readonly ForeignCase[] = [
  {
    from: 'auth0',
    file: 'auth0-users.jsonl',
    options: { with: [`${exportsFolder}auth0-hashes.jsonl`] },
    created: 3,
    identities: [],
    profile: { name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace', picture },
    report: [
      { line: 1, outcome: 'left_out', message: 'Without: app_metadata.' },
      { line: 3, outcome: 'left_out', message: 'Without: identity at facebook.' },
      { line: 4, outcome: 'refused', code: 'invalid_line' },
    ],
  },
  {
    from: 'keycloak',
    file: 'keycloak-realm.json',
    created: 2,
    identities: [[google, '110169484474386276334']],
    profile: { given_name: 'Ada', family_name: 'Lovelace', locale: 'en-GB' },
    report: [
      { line: 1, message: 'Without: credential webauthn; attributes; clientRoles; groups; role admin.' },
      { line: 2, message: 'Without: requiredActions.' },
      { line: 3, outcome: 'refused', message: expect.stringMatching(/service account/) },
    ],
  },
  {
    from: 'supabase',
    file: 'supabase-users.json',
    options: { with: [`${exportsFolder}supabase-identities.json`] },
    created: 2,
    identities: [[github, '583231']],
    profile: { name: 'Ada Lovelace', picture, phone_number: '+4930901820', phone_number_verified: false },
    report: [
      { line: 2, outcome: 'refused', message: expect.stringMatching(/anonymous/) },
      { line: 3, message: 'Without: identity at azure; raw_app_meta_data.' },
    ],
  },
  {
    from: 'firebase',
    file: 'firebase-users.json',
    options: { hashParameters: `${exportsFolder}firebase-hash-parameters.txt` },
    created: 2,
    identities: [[google, '110169484474386276334']],
    profile: { name: 'Ada Lovelace', picture },
    report: [
      { line: 1, message: 'Without: customAttributes.' },
      { line: 3, outcome: 'refused', message: expect.stringMatching(/anonymous/) },
    ],
  },
  {
    from: 'better-auth',
    file: 'better-auth.json',
    created: 2,
    identities: [[github, '583231']],
    profile: { name: 'Ada Lovelace', picture },
    report: [
      { line: 2, message: 'Without: identity at discord; twoFactor.' },
      { line: 3, outcome: 'refused', message: expect.stringMatching(/anonymous/) },
    ],
  },
]

describe.each(cases)('people of $from', ({ from, file, options, created, identities, profile, report }) => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
    await addApi(server, { audience: 'https://api.example.com' })
    await declareRole(server, 'editor')
  })
  afterAll(() => server.stop())

  test('log in with the password they had, and what can’t be carried is named', async () => {
    const { installation } = server.running
    const { database } = installation
    const reportFile = path.join(folder, `${from}.report`)
    const told = await importAccountsOf(installation, exportsFolder + file, {
      with: [],
      from,
      ...options,
      report: reportFile,
    })
    expect(told).toMatchObject({ json: { created, state: 'new' }, exitCode: 1 })
    const entries = readFileSync(reportFile, 'utf8')
    expect(statSync(reportFile).mode & 0o777).toBe(0o600)
    expect(
      entries
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([...report])
    // Nothing of a hash, of a secret or of a person.
    expect(entries).not.toMatch(/\$2[ab]\$|\b(?:ada|grace)\b|secretData|WkjZpFtk/)
    const ada = await findAccountByLoginName(database.read, 'ADA@example.com')
    expect(ada).toMatchObject({ email: 'ada@example.com', emailVerifiedAt: expect.any(Number), disabledAt: undefined })
    expect(new Date(ada?.createdAt ?? 0).toISOString()).toBe('2023-02-03T04:05:06.789Z')
    expect((await findProfile(database.read, ada?.id ?? ''))?.profile).toEqual(profile)
    const linked = await listIdentities(database.read, ada?.id ?? '')
    expect(linked.map(({ issuer, subject }) => [issuer, subject])).toEqual(identities)
    const key = Buffer.from('WkjZpFtkZzhYv4y3EwXc')
    const code = from === 'keycloak' ? { otp: codeOfStep(key, stepOf(server.clock.now())) } : {}
    expect((await logIn(server, { username: 'ada@example.com', password, ...code })).status).toBe(200)
    expect((await logIn(server, { username: 'ada@example.com', password: `${password}!`, ...code })).status).toBe(401)
    expect(ada?.roles).toEqual(from === 'keycloak' || from === 'better-auth' ? ['editor'] : [])
  })
})

forEachDatabase('an import of accounts', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })
  async function start(): Promise<TestServer> {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    return server
  }
  const options: AccountsOptions = { with: [] }

  it('gives what a line brings to the account of that line, whatever account it names', async () => {
    const server = await start()
    const { installation } = server.running
    const { database } = installation
    const account_id = await addAccount(server, 'root', password)
    const identity = { account_id, issuer: 'https://accounts.google.com', subject: '110169484474386276334' }
    const passkey = { account_id, handle: 'AAAAAAAAAAAAAAAAAAAAAA' }
    const line = { username: 'mallory', federated_identities: [identity], passkey_user: passkey }
    const told = await importAccountsOf(installation, place(JSON.stringify(line)), options)
    expect(told).toMatchObject({ json: { created: 1, refused: 0 } })
    const mallory = await findAccountByLoginName(database.read, 'mallory')
    expect(await listIdentities(database.read, account_id)).toEqual([])
    expect(await listIdentities(database.read, mallory?.id ?? '')).toMatchObject([{ subject: identity.subject }])
    expect(await readTable(database, 'passkey_user')).toEqual([expect.stringContaining(mallory?.id ?? '')])
  })

  it('makes nobody of Firebase without their password, so that the same file with the parameters of its hashes brings them', async () => {
    const server = await start()
    const { installation } = server.running
    const passwordHash = 'Qt8SqYXp/Sp3FoVHF10SgEPn8C+rCAwNQiIwW62V0GSTtpgRlYmt7o33Hwqp32hOU7p7ZDxiZ4Ccl8oyK2xfEQ=='
    const users = [{ localId: 'a', email: 'ada@example.com', passwordHash, salt: 'XzcxtSrQ+y+CC5FJ' }]
    const file = place(JSON.stringify({ users }))
    const without = await importAccountsOf(installation, file, { ...options, from: 'firebase' })
    expect(without).toMatchObject({ json: { created: 0, refused: 1 }, exitCode: 1 })
    expect(reportOf(file)).toMatchObject([{ line: 1, message: expect.stringMatching(/--hash-parameters/) }])
    const hashParameters = `${exportsFolder}firebase-hash-parameters.txt`
    const told = await importAccountsOf(installation, file, { ...options, from: 'firebase', hashParameters })
    expect(told).toMatchObject({ json: { created: 1, refused: 0, state: 'new' } })
    const ada = await findAccountByLoginName(installation.database.read, 'ada@example.com')
    expect(await findPassword(installation.database.read, ada?.id ?? '')).toBeDefined()
  })

  it('refuses a line alone, whatever is wrong with it, and tells each; a dry run tells the same and stores nothing', async () => {
    const server = await start()
    const { installation } = server.running
    await addAccount(server, 'taken', password)
    const lines = [
      { username: 'ada', email: 'ada@example.com' },
      { username: 'TAKEN' },
      { username: 'bob', email: 'ADA@example.com' },
      { username: 'bob', passkeys: [{ nonsense: 1 }] },
      { username: 'bob', passkeys: 'none' },
      { username: 'bob', roles: ['unheard-of'] },
      { username: 'bob', password_hash: '$1$abc$BXBqpb9BZcZhXLgbee.0s/' },
      { username: 'bob', profile: { picture: 'http://plain.example.com', name: 'Bob' } },
      { username: 'taken too', email: 'bob' },
    ].map((line) => JSON.stringify(line))
    const file = place([...lines, 'no JSON', '{"username":"eve"}'].join('\n'))
    const before = (await readTable(installation.database, 'audit_event')).length
    const rehearsed = await importAccountsOf(installation, file, { ...options, dryRun: true })
    const told = reportOf(file)
    expect(told).toMatchObject([
      { line: 2, code: 'username_taken' },
      { line: 3, code: 'email_taken' },
      { line: 4, code: 'not_storable' },
      { line: 5, code: 'invalid_line' },
      { line: 6, code: 'unknown_role' },
      { line: 7, code: 'invalid_line' },
      { line: 8, code: 'left_out' },
      { line: 9, code: 'invalid_line' },
      { line: 10, code: 'invalid_line' },
    ])
    expect(JSON.stringify(told)).not.toContain('BXBqpb9')
    expect(await readTable(installation.database, 'audit_event')).toHaveLength(before)
    const imported = await importAccountsOf(installation, file, options)
    expect([rehearsed, imported]).toMatchObject([
      { json: { created: 3, refused: 8, dry_run: true }, exitCode: 1 },
      { json: { created: 3, refused: 8, dry_run: false }, exitCode: 1 },
    ])
    expect(reportOf(file)).toEqual(told)
    const again = await importAccountsOf(installation, file, options)
    expect(again).toMatchObject({ json: { created: 3, refused: 8, state: 'through' }, exitCode: 1 })
    expect(reportOf(file)).toEqual(told)
  })

  it('tells who administers the server from now on, and before, when it is tried', async () => {
    const { installation } = (await start()).running
    const file = place(['{"username":"ada"}', '{"username":"eve","roles":["admin"]}'].join('\n'))
    for (const dryRun of [true, false]) {
      const { json, lines, exitCode } = await importAccountsOf(installation, file, { ...options, dryRun })
      expect([json, exitCode]).toMatchObject([{ created: 2, refused: 0, administrators: 1 }, 0])
      expect(lines).toContain('1 of them administers this server, by the role admin.')
      expect(reportOf(file)).toMatchObject([{ line: 2, outcome: 'administrator', code: 'administrator' }])
    }
  })

  it('of an export of accounts gives them back, in another installation with other people', async () => {
    const [old, other] = [await start(), await start()]
    const ids = [await addAccount(old, 'ada', password, 'ada@example.com'), await addAccount(old, 'bob', password)]
    await addAccount(other, 'eve', password)
    const { database } = old.running.installation
    const text = await database.snapshot(async (snapshot) => {
      const what = { issuer: 'https://a.example.com', now: 0, content: 'accounts', leftOut: [] } as const
      return (await Array.fromAsync(writeInstallation(snapshot, what))).join('')
    })
    const { installation } = other.running
    expect(await importAccountsOf(installation, place(text), options)).toMatchObject({
      json: { created: 2, refused: 0 },
      exitCode: 0,
    })
    for (const { name } of schemaTables.filter((table) =>
      ['account', 'account_identifier', 'password'].includes(table.name),
    )) {
      const ofThese = (rows: string[]) => rows.filter((row) => ids.some((id) => row.includes(id)))
      expect(ofThese(await readTable(installation.database, name)), name).toEqual(
        ofThese(await readTable(database, name)),
      )
    }
  })

  it('that is killed (-9) goes on where it was: nobody is made twice, nobody is missing, and each refusal is told once', async () => {
    const server = await start()
    const { config } = server
    const count = 2500
    const lines = Array.from({ length: count }, (_, index) =>
      // Every hundredth is refused.
      JSON.stringify({ username: index % 100 === 99 ? 'somebody' : `person ${index}`, email: `p${index}@example.com` }),
    )
    const file = place(lines.join('\n'))
    const dying = fileURLToPath(new URL('../../testing/dying-import.ts', import.meta.url))
    const environment = {
      ...process.env,
      DYING_CONFIG: JSON.stringify({ databaseUrl: config.databaseUrl, secrets: config.secrets }),
    }
    for (const batches of ['1', '2']) {
      const child = spawn(process.execPath, [dying, file, batches], { env: environment, stdio: 'inherit' })
      const [, signal] = await new Promise<[unknown, unknown]>((resolve) => child.on('close', (...how) => resolve(how)))
      expect(signal).toBe('SIGKILL')
    }
    const { installation } = server.running
    const imported = await importAccountsOf(installation, file, options)
    expect(imported).toMatchObject({ json: { created: count - 24, refused: 24, state: 'resumed' } })
    const accounts = (await readTable(installation.database, 'account')).map(
      (row) => /"username","([^"]+)"/.exec(row)?.[1],
    )
    expect(new Set(accounts).size).toBe(count - 24)
    expect(accounts).toHaveLength(count - 24)
    const told = reportOf(file).map((entry) => (entry as { line: number }).line)
    expect(told).toEqual(Array.from({ length: 24 }, (_, index) => 100 * (index + 2)))
  })
})
