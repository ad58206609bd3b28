import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe } from 'vitest'
import { systemClock } from '../src/platform/clock/clock.ts'
import type { Database } from '../src/platform/database/database.ts'
import { type OpenDatabaseOptions, openDatabase } from '../src/platform/database/open-database.ts'
import { createTestDatabaseUrl } from './postgresql.ts'
import { copySqliteTemplate } from './sqlite-template.ts'

export interface DatabaseUnderTest {
  readonly dialect: Database['dialect']
  /** The URL of a new database: for a test that opens it itself, perhaps more than once or from another process. */
  createUrl(): Promise<string>
  /** Opens a database that is closed after the test: a new one unless `url` names one. The clock is the system's unless given. */
  open(options: Pick<OpenDatabaseOptions, 'migrations'> & Partial<OpenDatabaseOptions>): Promise<Database>
}

/**
 * Runs the same tests on SQLite and on PostgreSQL. New databases have our schema already, and nothing in them.
 *
 * ```ts
 * forEachDatabase('sessions', ({ open }) => {
 *   test('…', async () => {
 *     const database = await open({ migrations, clock })
 *   })
 * })
 * ```
 */
export function forEachDatabase(name: string, suite: (under: DatabaseUnderTest) => void): void {
  describe(`${name} on SQLite`, () => suite(databaseUnderTest('sqlite')))
  describe(`${name} on PostgreSQL`, () => suite(databaseUnderTest('postgresql')))
}

/** As `forEachDatabase`, with databases that have no schema: for tests that bring migrations of their own. */
export function forEachEmptyDatabase(name: string, suite: (under: DatabaseUnderTest) => void): void {
  describe(`${name} on SQLite`, () => suite(databaseUnderTest('sqlite', { isEmpty: true })))
  describe(`${name} on PostgreSQL`, () => suite(databaseUnderTest('postgresql', { isEmpty: true })))
}

/** Runs tests on SQLite alone: of what stands above acts that are shown on both databases, and adds nothing to their SQL. */
export function onSqlite(name: string, suite: (under: DatabaseUnderTest) => void): void {
  describe(name, () => suite(databaseUnderTest('sqlite')))
}

/** For a suite of one dialect alone; called inside `describe`. */
export function databaseUnderTest(dialect: Database['dialect'], { isEmpty = false } = {}): DatabaseUnderTest {
  const opened: Database[] = []
  const folders: string[] = []
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close()
  })
  afterAll(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })

  async function createUrl(): Promise<string> {
    if (dialect === 'postgresql') return createTestDatabaseUrl({ isEmpty })
    const folder = mkdtempSync(join(tmpdir(), 'ostiary-sqlite-'))
    folders.push(folder)
    const file = join(folder, 'test.db')
    if (!isEmpty) await copySqliteTemplate(file)
    return `sqlite:${file}`
  }

  return {
    dialect,
    createUrl,
    async open(options) {
      const database = await openDatabase({ clock: systemClock, ...options, url: options.url ?? (await createUrl()) })
      opened.push(database)
      return database
    },
  }
}
