import { randomBytes, randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { schemaStatements } from '../src/domain/schema/migrations.ts'
import type { Database } from '../src/platform/database/database.ts'

export interface SchemaTable {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string; readonly isNullable: boolean }[]
}

/** The tables of the schema, each with its columns. */
export const schemaTables: readonly SchemaTable[] = schemaStatements.flatMap((statement) => {
  const [, name, body] = /^CREATE TABLE (\w+) \((.*)\)$/s.exec(statement) ?? []
  return name === undefined || body === undefined ? [] : [{ name, columns: parseColumns(body) }]
})

function parseColumns(body: string): SchemaTable['columns'] {
  return body
    .split('\n')
    .map((line) => /^\s*(\w+) (TEXT|BIGINT)(.*)$/.exec(line))
    .flatMap((found) =>
      found === null
        ? []
        : [
            {
              name: String(found[1]),
              type: String(found[2]),
              isNullable: !/NOT NULL|PRIMARY KEY/.test(String(found[3])),
            },
          ],
    )
}

/** Every row of a table, in one order on both databases. */
export async function readTable(database: Database, table: string): Promise<string[]> {
  const { rows } = await sql<Record<string, unknown>>`SELECT * FROM ${sql.table(table)}`.execute(database.read)
  return rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort()
}

/** Empties every table and puts rows into it that nobody has thought of: any value that its columns can hold. */
export async function fillSchema(
  database: Database,
  { rows, accounts }: { rows: number; accounts: readonly string[] },
): Promise<void> {
  for (const table of schemaTables) {
    await database.write(async (tx) => {
      await sql`DELETE FROM ${sql.table(table.name)}`.execute(tx.sql)
      const count = table.name === 'account' ? accounts.length : rows
      const columns = sql.join(table.columns.map(({ name }) => sql.ref(name)))
      const tuples = Array.from({ length: count }, (_, index) => {
        const values = table.columns.map((column) => makeValue(table.name, column, { index, accounts }))
        return sql`(${sql.join(values)})`
      })
      await sql`INSERT INTO ${sql.table(table.name)} (${columns}) VALUES ${sql.join(tuples)}`.execute(tx.sql)
    })
  }
}

/** What stands in a text may be anything that JSON has to escape, and what JSON lines must not break at. */
const oddities = ['\u2028', '"', '\\', '\n', '\r', 'ß', '𝄞', '\u0001', '😀', '日本', "'"]

function makeValue(
  table: string,
  { name, type, isNullable }: SchemaTable['columns'][number],
  { index, accounts }: { readonly index: number; readonly accounts: readonly string[] },
): string | number | null {
  if (table === 'account' && name === 'id') return accounts[index] ?? ''
  if (name === 'account_id') return accounts[index % accounts.length] ?? ''
  if (isNullable && index % 3 === 2) return null
  if (name === 'claims') return JSON.stringify({ name: oddities.join(''), address: { country: 'UK' } })
  if (name === 'transports') return '["internal","hybrid"]'
  if (name.startsWith('is_')) return index % 2
  if (type === 'BIGINT') return index * 1_000_003 + randomInt(1_000_000)
  return `${table}.${name}.${index} ${oddities[index % oddities.length]} ${randomBytes(6).toString('base64url')}`
}
