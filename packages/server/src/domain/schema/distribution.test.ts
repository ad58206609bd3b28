import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { databaseUnderTest } from '../../../testing/database.ts'
import { distribution } from './distribution.ts'
import { migrations } from './migrations.ts'

interface Unique {
  readonly table: string
  readonly name: string
  readonly columns: readonly string[]
}

describe('the distribution of tables', () => {
  const { open } = databaseUnderTest('postgresql')

  test('names every table of a fresh database, and no other, by a column that is never null', async () => {
    const { read } = await open({ migrations })
    const columns = await sql<{ table: string; name: string; nullable: string }>`
      SELECT table_name AS "table", column_name AS name, is_nullable AS nullable
      FROM information_schema.columns WHERE table_schema = current_schema()`.execute(read)
    const own = columns.rows.filter(({ table }) => table !== 'schema_version')
    expect(Object.keys(distribution).sort()).toEqual([...new Set(own.map(({ table }) => table))].sort())
    for (const [table, place] of Object.entries(distribution))
      if (place.kind === 'spread') expect(own).toContainEqual({ table, name: place.column, nullable: 'NO' })
  })

  test('Citus, “Limitations”: every unique constraint of a table that is spread contains its key', async () => {
    const uniques = await listUniques(open)
    const without = uniques.filter(({ table, columns }) => {
      const place = distribution[table]
      return place?.kind === 'spread' && !columns.includes(place.column)
    })
    expect(without).toEqual([])
    // It would be found: a table that has two, of two columns.
    expect(uniques.filter(({ table }) => table === 'device_authorization')).toHaveLength(2)
    expect(uniques.length).toBeGreaterThanOrEqual(Object.keys(distribution).length)
  })

  test('tables of one group are spread by columns of one type', async () => {
    const { read } = await open({ migrations })
    const types = await sql<{ table: string; name: string; type: string }>`
      SELECT table_name AS "table", column_name AS name, data_type AS type
      FROM information_schema.columns WHERE table_schema = current_schema()`.execute(read)
    const groups = new Map<string, Set<string | undefined>>()
    for (const [table, place] of Object.entries(distribution)) {
      if (place.kind !== 'spread') continue
      const found = types.rows.find((column) => column.table === table && column.name === place.column)
      groups.set(place.group, (groups.get(place.group) ?? new Set()).add(found?.type))
    }
    expect([...groups].filter(([, found]) => found.size !== 1 || !found.has('text'))).toEqual([])
  })
})

async function listUniques(open: ReturnType<typeof databaseUnderTest>['open']): Promise<readonly Unique[]> {
  const { read } = await open({ migrations })
  const { rows } = await sql<Unique>`
    SELECT t.relname AS "table", i.relname AS name,
      (SELECT json_agg(a.attname) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (x.indkey)) AS columns
    FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE x.indisunique AND n.nspname = current_schema() AND t.relname <> 'schema_version'`.execute(read)
  return rows
}
