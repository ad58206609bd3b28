import { sql } from 'kysely'
import type { Database } from './database.ts'

/** What each column of each table holds: there are TEXT and BIGINT, and nothing else. */
export type Columns = ReadonlyMap<string, ReadonlyMap<string, 'text' | 'number'>>

export async function listColumns({ dialect, read }: Pick<Database, 'dialect' | 'read'>): Promise<Columns> {
  const { rows } = await questions[dialect].execute(read)
  const columns = new Map<string, Map<string, 'text' | 'number'>>()
  for (const { of_table, name, type } of rows) {
    const ofTable = columns.get(of_table) ?? new Map<string, 'text' | 'number'>()
    columns.set(of_table, ofTable.set(name, /text/i.test(type) ? 'text' : 'number'))
  }
  return columns
}

type Column = Record<'of_table' | 'name' | 'type', string>

const questions = {
  sqlite: sql<Column>`
    SELECT t.name AS of_table, c.name, c.type FROM sqlite_master AS t, pragma_table_info(t.name) AS c
    WHERE t.type = 'table'`,
  postgresql: sql<Column>`
    SELECT table_name AS of_table, column_name AS name, data_type AS type
    FROM information_schema.columns WHERE table_schema = current_schema()`,
} as const
