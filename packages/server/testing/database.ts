import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe } from 'vitest'
import { systemClock } from '../src/platform/clock/clock.ts'
import type { Database } from '../src/platform/database/database.ts'
import { type OpenDatabaseOptions, openDatabase } from '../src/platform/database/open-database.ts'
import { createTestDatabaseUrl } from './postgresql.ts'

export interface DatabaseUnderTest {
  readonly dialect: Database['dialect']
  /** The URL of a new, empty database: for a test that opens it itself, perhaps more than once or from another process. */
  createUrl(): Promise<string>
  /** Opens a database that is closed after the test: a new, empty one unless `url` names one. The clock is the system's unless given. */
  open(options: Pick<OpenDatabaseOptions, 'migrations'> & Partial<OpenDatabaseOptions>): Promise<Database>
}

/**
 * Runs the same tests on SQLite and on PostgreSQL.
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

/** For a suite of one dialect alone; called inside `describe`. */
export function databaseUnderTest(dialect: Database['dialect']): DatabaseUnderTest {
  const opened: Database[] = []
  const folders: string[] = []
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close()
  })
  afterAll(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })

  async function createUrl(): Promise<string> {
    if (dialect === 'postgresql') return createTestDatabaseUrl()
    const folder = mkdtempSync(join(tmpdir(), 'ostiary-sqlite-'))
    folders.push(folder)
    return `sqlite:${join(folder, 'test.db')}`
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
