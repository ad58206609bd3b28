import type { Queries } from '../../platform/database/database.ts'

/** What a column holds: TEXT or BIGINT, and there is nothing else. */
export type Stored = string | number | null

/** A row of any table, as the database has it. */
export type Row = Readonly<Record<string, Stored>>

type AnyTables = Record<string, Record<string, Stored>>

const PAGE = 500
/** SQLite takes 32,766 in one statement, PostgreSQL 65,535. */
const MOST_PARAMETERS = 30_000

/** All rows of a table in the order of its key, a page at a time. */
export async function* selectPages(
  sql: Queries,
  table: string,
  key: readonly string[],
): AsyncGenerator<readonly Row[]> {
  let last: Row | undefined
  for (;;) {
    const rows = await selectPageAfter(sql, { table, key, last })
    if (rows.length > 0) yield rows
    if (rows.length < PAGE) return
    last = rows.at(-1)
  }
}

function selectPageAfter(
  sql: Queries,
  { table, key, last }: { readonly table: string; readonly key: readonly string[]; readonly last: Row | undefined },
): Promise<readonly Row[]> {
  let query = sql.withTables<AnyTables>().selectFrom(table).selectAll().limit(PAGE)
  for (const column of key) query = query.orderBy(column)
  // The standard's row values: (a, b) > (x, y), which both databases read along the index of the key.
  if (last !== undefined)
    query = query.where(({ eb, refTuple, tuple }) =>
      key.length === 1
        ? eb(String(key[0]), '>', last[String(key[0])] ?? null)
        : eb(
            refTuple(...(key as [string, string])),
            '>',
            tuple(...(key.map((column) => last[column] ?? null) as [Stored, Stored])),
          ),
    )
  return query.execute()
}

/** The rows of a table whose column has one of these values. */
export function selectRowsOf(
  sql: Queries,
  table: string,
  { column, values }: { readonly column: string; readonly values: readonly string[] },
): Promise<readonly Row[]> {
  return sql.withTables<AnyTables>().selectFrom(table).selectAll().where(column, 'in', values).execute()
}

export async function countRows(sql: Queries, table: string): Promise<number> {
  const row = await sql
    .withTables<AnyTables>()
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow()
  return Number(row.rows)
}

/** All of them have the same columns, as rows of one table have. */
export async function insertRows(sql: Queries, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).length
  const most = Math.floor(MOST_PARAMETERS / Math.max(columns, 1))
  for (let from = 0; from < rows.length; from += most)
    await sql
      .withTables<AnyTables>()
      .insertInto(table)
      .values(rows.slice(from, from + most))
      .execute()
}

export async function deleteRows(sql: Queries, table: string): Promise<void> {
  await sql.withTables<AnyTables>().deleteFrom(table).execute()
}
