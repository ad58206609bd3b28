import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { forEachEmptyDatabase } from '../../../testing/database.ts'
import { startDatabaseChild } from '../../../testing/database-child-process.ts'
import { listEntryIds, testMigrations, writeEntry } from '../../../testing/database-schema.ts'
import { describeDirectly } from '../../../testing/directly.ts'
import { createTestDatabaseUrl } from '../../../testing/postgresql.ts'
import { systemClock } from '../clock/clock.ts'
import { DatabaseError } from './database-error.ts'
import type { Migration } from './migration.ts'
import { openDatabase } from './open-database.ts'

const migrations = testMigrations
const second: Migration = {
  version: 2,
  name: 'a second table',
  kind: 'expand',
  statements: ['CREATE TABLE another (id TEXT PRIMARY KEY)'],
}

forEachEmptyDatabase('migrations', ({ open, createUrl }) => {
  test('a database that was opened before keeps its rows, and only the new steps are applied', async () => {
    const url = await createUrl()
    const before = await open({ migrations, url })
    await writeEntry(before, 'kept')
    await before.close()
    const after = await open({ migrations: [...migrations, second], url, clock: { now: () => 42 } })
    expect(await listEntryIds(after)).toEqual(['kept'])
    const rows = await sql`SELECT version, applied_at = 42 AS late FROM schema_version ORDER BY version`.execute(
      after.read,
    )
    expect(rows.rows.map((row) => Object.values(Object(row)).map(Number))).toEqual([
      [1, 0],
      [2, 1],
    ])
  })

  test('tables that somebody else made are refused, and left alone', async () => {
    const url = await createUrl()
    const foreign: Migration = {
      version: 1,
      name: 'foreign',
      kind: 'expand',
      statements: ['CREATE TABLE theirs (id TEXT)', 'DROP TABLE schema_version'],
    }
    await open({ url, migrations: [foreign] }).catch(() => {})
    await open({ url, migrations: [{ ...foreign, statements: ['CREATE TABLE theirs (id TEXT)'] }] })
    await expectRefusal(open({ migrations, url }), 'schema_unknown', 'name another database')
  })

  test('a step that fails leaves nothing of itself', async () => {
    const url = await createUrl()
    const broken: Migration = {
      version: 2,
      name: 'broken',
      kind: 'expand',
      statements: ['CREATE TABLE half (id TEXT)', 'CREATE TABLE half (id TEXT)'],
    }
    await expect(open({ migrations: [...migrations, broken], url })).rejects.toThrow(/half/)
    const database = await open({ migrations, url })
    expect(await listEntryIds(database)).toEqual([])
  })

  test('processes that open a fresh database at the same time migrate it once', async () => {
    const url = await createUrl()
    const children = Array.from({ length: 3 }, () => startDatabaseChild([url]))
    for (const child of children) {
      await child.ended
      const outcome = { code: child.process.exitCode, lines: child.lines(), errors: child.errors() }
      expect(outcome).toEqual({ code: 0, lines: ['opened'], errors: '' })
    }
    const database = await open({ migrations, url })
    const rows = await sql`SELECT version FROM schema_version`.execute(database.read)
    expect(rows.rows).toEqual([{ version: 1 }])
  })
})

describe('a SQLite file', () => {
  test('and its missing folders are made for their owner alone', async () => {
    const path = join(makeFolder(), 'deep', 'data', 'test.db')
    const database = await open(`sqlite:${path}`)
    await writeEntry(database, 'a')
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(permissions(file)).toBe('600')
    expect([permissions(dirname(path)), permissions(dirname(dirname(path)))]).toEqual(['700', '700'])
    await database.close()
  })

  test('that is no database is refused, and left alone', async () => {
    const path = join(makeFolder(), 'letter.txt')
    const letter = 'Dear Sir or Madam, '.repeat(100)
    writeFileSync(path, letter)
    await expectRefusal(open(`sqlite:${path}`), 'not_a_database', `The file ${path} is not a SQLite database`)
    expect(readFileSync(path, 'utf8')).toBe(letter)
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  test.each<[string, string, (folder: string) => string]>([
    ['below a file', 'folder_not_creatable', (folder) => join(writeIn(folder, 'file'), 'data', 'test.db')],
    ['where the system allows no folder', 'folder_not_creatable', () => '/proc/ostiary/test.db'],
    ['where the system allows no file', 'file_not_writable', () => '/proc/test.db'],
    ['that is a folder', 'file_not_writable', (folder) => folder],
  ])('%s is refused with a sentence: %s', async (_, code, place) => {
    const path = place(makeFolder())
    const shown = code === 'folder_not_creatable' ? `The folder ${dirname(path)}` : `The database ${path}`
    await expectRefusal(open(`sqlite:${path}`), code, shown)
  })
})

describeDirectly('a PostgreSQL server', () => {
  test.each<[string, string, (url: URL) => void]>([
    ['that does not listen', 'server_unreachable', (url) => Object.assign(url, { port: '1' })],
    ['whose name is unknown', 'server_unreachable', (url) => Object.assign(url, { hostname: 'nowhere.invalid' })],
    ['that refuses the password', 'credentials_refused', (url) => Object.assign(url, { password: 'not-the-password' })],
    ['that is given no password', 'credentials_refused', (url) => Object.assign(url, { password: '' })],
    ['that has no such database', 'database_missing', (url) => Object.assign(url, { pathname: '/not_there' })],
  ])('%s is told so, without the password: %s', async (_, code, change) => {
    const url = new URL(await createTestDatabaseUrl({ isEmpty: true }))
    const password = url.password
    change(url)
    const error = await expectRefusal(open(url.href), code, url.host)
    for (const secret of [password, 'not-the-password']) expect(error.message).not.toContain(secret)
  })

  test('that takes no writes is told so, and of several the first one that takes them is used', async () => {
    const url = new URL(await createTestDatabaseUrl({ isEmpty: true }))
    const [owner, host] = [await open(url.href), url.host]
    const away = url.href.replace(host, `127.0.0.1:1,${host}`)
    const either = await open(away)
    await writeEntry(either, 'a')
    expect(await listEntryIds(owner)).toEqual(['a'])
    await owner.write(async (tx) => {
      await sql.raw(`ALTER DATABASE ${url.pathname.slice(1)} SET default_transaction_read_only = on`).execute(tx.sql)
    })
    // As a standby answers, whose database can't be set to anything else.
    await expectRefusal(open(url.href), 'server_read_only', 'name its primary')
    await expectRefusal(open(away), 'server_unreachable', 'those that answer are standbys')
    for (const database of [owner, either]) await database.close()
  })

  test('that hangs up is told so', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const address = Object(server.address())
    await expectRefusal(open(`postgres://u:p@127.0.0.1:${address.port}/d`), 'server_unreachable', 'check that it runs')
  })

  test('where the user may make no tables is told so', async () => {
    const url = new URL(await createTestDatabaseUrl({ isEmpty: true }))
    const owner = await open(url.href, [])
    await owner.write(async (tx) => {
      await sql.raw(`CREATE ROLE "guest_of${url.pathname}" LOGIN PASSWORD 'guest'`).execute(tx.sql)
    })
    await owner.close()
    Object.assign(url, { username: encodeURIComponent(`guest_of${url.pathname}`), password: 'guest' })
    await expectRefusal(open(url.href), 'permission_denied', 'GRANT')
  })
})

function open(url: string, steps: readonly Migration[] = migrations): ReturnType<typeof openDatabase> {
  return openDatabase({ url, migrations: steps, clock: systemClock })
}

async function expectRefusal(opening: Promise<unknown>, code: string, words: string): Promise<DatabaseError> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof DatabaseError)) throw new Error('expected a DatabaseError', { cause: error })
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
  // One sentence.
  expect(error.message).toMatch(/^[^\n]+\.$/)
  return error
}

function permissions(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-open-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function writeIn(folder: string, name: string): string {
  const path = join(folder, name)
  writeFileSync(path, '')
  return path
}
