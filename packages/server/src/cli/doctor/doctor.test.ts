import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDirectly } from '../../../testing/directly.ts'
import { createTestDatabaseUrl } from '../../../testing/postgresql.ts'
import { CliFolder } from '../../../testing/run-cli.ts'
import { SmtpReceiver } from '../../../testing/smtp-receiver.ts'
import { addApi, findFreePort, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type FrontBehaviour, TlsFront } from '../../../testing/tls-front.ts'
import type { Config } from '../../config.ts'
import { loadConfig } from '../../config.ts'
import type { AuditedAct } from '../../domain/audit/audit-event.ts'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { acknowledge } from '../../domain/revocations/acknowledge.ts'
import { migrations } from '../../domain/schema/migrations.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import type { PostgresqlFacts } from '../../platform/database/inspect-database.ts'
import type { SchemaFacts } from '../../platform/database/inspect-schema.ts'
import type { Migration } from '../../platform/database/migration.ts'
import { openDatabase } from '../../platform/database/open-database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { checkDatabase, judgePostgresql, judgeSqlite } from './check-database.ts'
import { checkFiles } from './check-files.ts'
import { checkForwardedFor, judgeForwarded } from './check-forwarded-for.ts'
import { checkMachine, checkNode, judgePasswordCost, judgeVolume } from './check-machine.ts'
import { checkMail } from './check-mail.ts'
import { checkServer } from './check-server.ts'
import { checkSettings } from './check-settings.ts'
import { checkState } from './check-state.ts'
import { type CheckName, checkNames, type Finding } from './finding.ts'
import { judgeClock } from './judge-clock.ts'
import { judgeSchema } from './judge-schema.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-doctor-'))
afterAll(() => rmSync(folder, { recursive: true }))

function levelOf(findings: readonly (Finding | undefined)[], check: CheckName): string | undefined {
  return findings.find((finding) => finding?.check === check)?.level
}

/** A well set up server behind a proxy on the same machine. */
const well: Record<string, string> = {
  OSTIARY_ISSUER: 'https://login.example.com',
  OSTIARY_TRUSTED_PROXIES: '127.0.0.1',
  OSTIARY_SECRET: randomSecret(),
}

function configure(changed: Record<string, string> = {}): Config {
  return loadConfig({ environment: { OSTIARY_DATA_DIR: folder, ...well, ...changed }, folder })
}

describe('the schema', () => {
  const contract: Migration = { version: 2, name: 'no text', kind: 'contract', statements: [] }

  it.each<[string, SchemaFacts, RegExp]>([
    ['ok', { taken: 1, known: 1, waiting: [] }, /at step 1, the last that this release knows\.$/],
    ['advice', { taken: 1, known: 2, waiting: [contract] }, /Step 2 .*\(no text\) waits.*`ostiary migrate --contract`/],
    ['advice', { taken: 3, known: 1, waiting: [] }, /at step 3, and this release knows 1/],
    [
      'ok',
      {
        taken: 5,
        known: 5,
        waiting: [],
        instances: [
          { known: 4, count: 2 },
          { known: 5, count: 1 },
        ],
      },
      /Instances that run: 2 that know step 4, 1 that knows step 5\.$/,
    ],
  ])('is %s for %j', (level, facts, sentence) => {
    expect(judgeSchema(facts)).toEqual({ check: 'schema', level, sentence: expect.stringMatching(sentence) })
  })
})

describe('settings', () => {
  it('of a server that is set up well there is nothing to say', () => {
    expect(checkSettings(configure()).filter(({ level }) => level !== 'ok')).toEqual([])
  })

  it.each<[CheckName, string, Record<string, string>]>([
    ['secret', 'error', { OSTIARY_SECRET: '' }],
    ['secret', 'error', { OSTIARY_SECRET: 'password' }],
    ['secret', 'error', { OSTIARY_SECRET: Buffer.alloc(32, 'ab').toString('base64url') }],
    ['secret', 'advice', { OSTIARY_SECRET: `${randomSecret()},${randomSecret()}` }],
    ['https', 'advice', { OSTIARY_ISSUER: 'http://127.0.0.1:4000' }],
    ['listening', 'error', { OSTIARY_HOST: '0.0.0.0', OSTIARY_TRUSTED_PROXIES: '' }],
    ['trusted-proxies', 'error', { OSTIARY_TRUSTED_PROXIES: '' }],
    ['trusted-proxies', 'error', { OSTIARY_TRUSTED_PROXIES: '0.0.0.0/0' }],
    ['trusted-proxies', 'error', { OSTIARY_TRUSTED_PROXIES: '10.0.0.1,::/0' }],
    ['admin-factor', 'error', { OSTIARY_ADMIN_FACTOR: 'optional' }],
    ['sign-up', 'advice', { OSTIARY_SIGN_UP: 'open' }],
    ['registration', 'advice', { OSTIARY_REGISTRATION: 'open' }],
    ['log', 'advice', { OSTIARY_LOG_LEVEL: 'silent' }],
    ['log', 'advice', { OSTIARY_LOG_LEVEL: 'trace' }],
  ])('%s is %s for %j', (check, level, changed) => {
    expect(levelOf(checkSettings(configure(changed)), check)).toBe(level)
  })
})

describe('this machine', () => {
  it.runIf(process.platform !== 'win32')('a file that holds a secret and that others can read is an error', () => {
    const config = configure()
    const read = () => levelOf(checkFiles(config, folder), 'permissions')
    const files: Record<string, string> = {
      secret: randomSecret(),
      'ostiary.db': '',
      'ostiary.json': '{"smtpUrl":"smtps://user:password@smtp.example.com"}',
    }
    for (const [name, content] of Object.entries(files))
      writeFileSync(path.join(folder, name), content, { mode: 0o600 })
    expect(read()).toBe('ok')
    for (const name of Object.keys(files)) {
      chmodSync(path.join(folder, name), 0o640)
      expect(read(), name).toBe('error')
      chmodSync(path.join(folder, name), 0o600)
    }
    chmodSync(folder, 0o755)
    expect(read()).toBe('warning')
    chmodSync(folder, 0o700)
    writeFileSync(path.join(folder, 'ostiary.json'), '{"port":4000}', { mode: 0o644 })
    expect(read()).toBe('ok')
    for (const name of Object.keys(files)) rmSync(path.join(folder, name))
  })

  it.each([
    ['ok', 0xef53, 5e9],
    ['warning', 0xef53, 5e8],
    ['error', 0xef53, 5e7],
    ['error', 0x6969, 5e9],
    ['error', 0xff534d42 | 0, 5e9],
    ['warning', 0x01021994, 5e9],
  ])('a disk is %s for the file system %i with %i bytes free', (level, type, freeBytes) => {
    expect(judgeVolume({ type, freeBytes }, { folder, holdsDatabase: true })?.level).toBe(level)
    expect(judgeVolume({ type, freeBytes }, { folder, holdsDatabase: false })).toBeUndefined()
  })

  it('this one is looked at really', async () => {
    const findings = await checkMachine(configure())
    expect(findings.map(({ check }) => check)).toEqual(['disk', 'node', 'password-cost'])
    expect(findings[2]?.sentence).toMatch(/takes \d+ ms/)
  })

  it('Node, the cost of a password and a clock have bounds', () => {
    expect([checkNode('26.10.0'), checkNode('25.1.0')].map(({ level }) => level)).toEqual(['ok', 'advice'])
    expect([5, 30, 900].map((time) => judgePasswordCost(time).level)).toEqual(['advice', 'ok', 'warning'])
    const levels = [0, -1500, 3000, -20_000].map((difference) => judgeClock('It', difference).level)
    expect(levels).toEqual(['ok', 'ok', 'warning', 'error'])
  })
})

describe('a database', () => {
  it('SQLite: what is not WAL and FULL is an error', async () => {
    const database = await openDatabase({
      url: `sqlite:${path.join(folder, 'own.db')}`,
      migrations,
      clock: systemClock,
    })
    expect((await checkDatabase(configure(), database)).map(({ level }) => level)).toEqual(['ok', 'ok'])
    await database.close()
    const facts = { dialect: 'sqlite', version: '3.53.4', journalMode: 'wal', synchronous: 2 } as const
    expect(levelOf(judgeSqlite({ ...facts, journalMode: 'delete' }), 'durability')).toBe('error')
    expect(levelOf(judgeSqlite({ ...facts, synchronous: 1 }), 'durability')).toBe('error')
  })

  testDirectly('PostgreSQL is asked really: synchronous_commit=off is an error, and on is none', async () => {
    const url = await createTestDatabaseUrl()
    const config = { ...configure(), databaseUrl: url }
    const look = async (at: string) => {
      const database = await openDatabase({ url: at, migrations, clock: systemClock })
      const findings = await checkDatabase(config, database)
      await database.close()
      return findings
    }
    const options = (value: string) =>
      `${url}${url.includes('?') ? '&' : '?'}options=-c%20synchronous_commit%3D${value}`
    expect(levelOf(await look(options('off')), 'durability')).toBe('error')
    const findings = await look(options('on'))
    expect(levelOf(findings, 'clock')).toBe('ok')
    expect(findings.find(({ check }) => check === 'durability')?.sentence).not.toContain('synchronous_commit=off')
  })

  const sound: PostgresqlFacts = {
    ...{ dialect: 'postgresql', versionNumber: 180_004, synchronousCommit: 'on', now: 0 },
    ...{ fsync: true, fullPageWrites: true, isReplica: false, isSuperuser: false, isEncrypted: true },
  }
  it.each<[CheckName, string, Partial<PostgresqlFacts>]>([
    ['durability', 'ok', {}],
    ['durability', 'error', { fsync: false }],
    ['durability', 'error', { fullPageWrites: false }],
    ['database', 'ok', {}],
    ['database', 'error', { isReplica: true }],
    ['database', 'error', { isEncrypted: false }],
    ['database', 'warning', { isSuperuser: true }],
    ['database', 'warning', { versionNumber: 130_000 }],
  ])('PostgreSQL: %s is %s with %j', (check, level, changed) => {
    expect(levelOf(judgePostgresql({ ...sound, ...changed }, { isLocal: false }), check)).toBe(level)
  })
})

describe('the mail server', () => {
  it('that is not set is a warning, that is not there an error, and that lets us in well', async () => {
    expect((await checkMail(configure())).level).toBe('warning')
    const nowhere = { ...configure(), smtpUrl: `smtp://127.0.0.1:${await findFreePort()}` }
    expect((await checkMail(nowhere)).level).toBe('error')
    const receiver = await SmtpReceiver.start()
    expect((await checkMail({ ...configure(), smtpUrl: receiver.url })).level).toBe('ok')
    expect(receiver.mails).toEqual([])
    await receiver[Symbol.asyncDispose]()
  })
})

describe('a running server behind a proxy', () => {
  let front: TlsFront
  let server: TestServer
  beforeAll(async () => {
    const port = await findFreePort()
    front = await TlsFront.start(port)
    const config = { issuer: front.url, port, trustedProxies: ['127.0.0.1'] }
    server = await startTestServer({ config, isClockRunning: true })
    await addApi(server, { audience: 'https://api.example.com' })
  })
  afterAll(async () => {
    await server?.stop()
    await front?.stop()
  })
  const look = async (behaviour: FrontBehaviour) => {
    front.behaviour = behaviour
    const { database } = server.running.installation
    const findings = await checkServer(server.config, front.url)
    return [...findings, await checkForwardedFor(server.config, front.url, database)]
  }

  it('that stands right: nothing is to say', async () => {
    const findings = await look({})
    expect(findings.map((finding) => `${finding?.check} ${finding?.level}`)).toEqual([
      'issuer ok',
      'clock ok',
      'hsts ok',
      'metrics-hidden ok',
      'feed ok',
      'forwarded-for ok',
    ])
  })

  it.each<[CheckName, string, FrontBehaviour]>([
    ['issuer', 'error', { metadata: { status: 404, body: 'nothing' } }],
    ['issuer', 'error', { metadata: { status: 200, body: '{"issuer":"https://elsewhere.example.com"}' } }],
    ['hsts', 'warning', { hsts: '' }],
    ['hsts', 'warning', { hsts: 'max-age=60' }],
    ['metrics-hidden', 'warning', { hidesMetrics: false }],
    ['clock', 'error', { date: 'Thu, 01 Jan 2026 00:00:00 GMT' }],
    ['feed', 'error', { buffersMilliseconds: 4000 }],
    // The doctor sits on the proxy's machine here, whose word is taken.
    ['forwarded-for', 'warning', { forwardedFor: 'append' }],
  ])('%s is %s when it does %j', async (check, level, behaviour) => {
    expect(levelOf(await look(behaviour), check)).toBe(level)
  })

  it('metadata of another server behind the same name are an error', async () => {
    const answer = await fetch(`http://127.0.0.1:${server.config.port}/.well-known/openid-configuration`)
    const metadata = { ...(await answer.json()), token_endpoint: 'https://elsewhere.example.com/token' }
    const findings = await look({ metadata: { status: 200, body: JSON.stringify(metadata) } })
    expect(findings[0]).toMatchObject({ check: 'issuer', level: 'error', sentence: expect.stringContaining('differ') })
  })

  it('that is not there: the issuer is an error, which tells why', async () => {
    const [finding] = await checkServer(server.config, `https://localhost:${await findFreePort()}`)
    expect(finding).toMatchObject({
      check: 'issuer',
      level: 'error',
      sentence: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('whose settings are not ours: the made-up login left no trace here', async () => {
    const other = await startTestServer()
    const finding = await checkForwardedFor(server.config, front.url, other.running.installation.database)
    expect(finding?.level).toBe('warning')
    await other.stop()
  })

  it.each([
    ['error', { network: '203.0.113.77', localAddress: '198.51.100.2' }],
    ['error', { network: '127.0.0.1', localAddress: '198.51.100.2' }],
    ['error', { network: '10.0.0.9', localAddress: '198.51.100.2' }],
    ['ok', { network: '198.51.100.2', localAddress: '198.51.100.2' }],
    // Behind NAT.
    ['ok', { network: '198.51.100.2', localAddress: '192.168.1.7' }],
  ])('forwarded-for is %s for %j', (level, seen) => {
    const trustedProxies = ['127.0.0.1', '10.0.0.0/8']
    expect(judgeForwarded({ ...seen, trustedProxies, isProxied: true }).level).toBe(level)
  })

  it('a guard that has gone silent is a warning, a key that signs too long an error', async () => {
    const { installation } = server.running
    const at = (later: number) =>
      checkState({ ...installation, clock: { now: () => installation.clock.now() + later } })
    await installation.database.write((tx) => acknowledge(tx, { clientId: 'orders', name: 'orders-1', sequence: 0 }))
    expect((await at(0)).map(({ check, level }) => `${check} ${level}`)).toEqual([
      'guards ok',
      'keys ok',
      'audit ok',
      'backup warning',
    ])
    expect(levelOf(await at(60_000), 'guards')).toBe('warning')
    expect(levelOf(await at(92 * 24 * 3600 * 1000), 'keys')).toBe('error')
  })
})

describe('what the audit log tells', () => {
  it('a backup that is fresh is well, an old one is a warning, and an alarm is an error', async () => {
    const server = await startTestServer()
    const { installation } = server.running
    const at = (later: number) =>
      checkState({ ...installation, clock: { now: () => installation.clock.now() + later } })
    const record = (act: AuditedAct, outcome: 'done' | 'refused' = 'done') =>
      installation.database.write((tx) => recordAuditEvent(tx, { act, actor: 'cli', outcome }))
    await record('installation.backed_up')
    expect(levelOf(await at(0), 'backup')).toBe('ok')
    expect(levelOf(await at(9 * 24 * 3600 * 1000), 'backup')).toBe('warning')
    server.clock.set(server.clock.now() + 1)
    await record('installation.backed_up', 'refused')
    expect(levelOf(await at(0), 'backup')).toBe('warning')
    await record('audit.broken')
    expect(levelOf(await at(0), 'audit')).toBe('error')
    await server.stop()
  })
})

describe('ostiary doctor', () => {
  it('makes no database, exits with 1 where something is wrong, and with 0 where nothing is', async () => {
    using place = new CliFolder()
    const nothing = await place.run(['doctor', '--no-server', '--json'])
    const told = JSON.parse(nothing.stdout) as { findings: (Finding & { guide: string })[] }
    expect(nothing.exitCode).toBe(1)
    expect(levelOf(told.findings, 'database')).toBe('error')
    expect(told.findings[0]?.guide).toBe(`docs/guide/doctor.md#${told.findings[0]?.check}`)
    place.environment.OSTIARY_SECRET = randomSecret()
    await place.run(['key', 'list'])
    const well = await place.run(['doctor', '--no-server'])
    expect(well).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^error: 0, /m) })
    expect(well.stdout).not.toContain(place.environment.OSTIARY_SECRET)
  })

  it('every check has its paragraph in the guide, and none is told of that is not there', () => {
    const guide = readFileSync(path.join(import.meta.dirname, '../../../../../docs/guide/doctor.md'), 'utf8')
    const headings = [...guide.matchAll(/^### (\S+)$/gm)].map(([, name]) => name)
    expect(headings.toSorted()).toEqual([...checkNames].toSorted())
  })
})
