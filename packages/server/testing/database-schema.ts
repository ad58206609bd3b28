import type { Kysely } from 'kysely'
import type { Database, Queries } from '../src/platform/database/database.ts'
import type { Migration } from '../src/platform/database/migration.ts'

/** The tables with which the database itself is tested. */
export type TestTables = {
  entry: { id: string; unit: string; at: number }
  counter: { id: string; value: number }
}

export const testMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'test tables',
    kind: 'expand',
    statements: [
      'CREATE TABLE entry (id TEXT PRIMARY KEY, unit TEXT NOT NULL, at BIGINT NOT NULL)',
      'CREATE TABLE counter (id TEXT PRIMARY KEY, value BIGINT NOT NULL)',
    ],
  },
]

export function tables(queries: Queries): Kysely<TestTables> {
  return queries.withTables<TestTables>()
}

/** Ids of all committed entries, sorted. */
export async function listEntryIds(database: Database): Promise<string[]> {
  const rows = await tables(database.read).selectFrom('entry').select('id').execute()
  return rows.map((row) => row.id).sort()
}

/** Writes one entry in a unit of work of its own. */
export async function writeEntry(database: Database, id: string): Promise<void> {
  await database.write(async (tx) => {
    await tables(tx.sql).insertInto('entry').values({ id, unit: id, at: tx.now }).execute()
  })
}
