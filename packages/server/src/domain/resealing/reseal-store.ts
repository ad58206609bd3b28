import type { Queries } from '../../platform/database/database.ts'
import type { SealedColumn } from './sealed-columns.ts'

/** Its names come from `sealed-columns.ts` alone. */
type AnyTables = Record<string, Record<string, string | null>>

/** A sealed text, and whose it is. */
export interface SealedText {
  readonly key: string
  readonly sealed: string
}

/** The sealed texts of a column in the order of its keys, from after one on. */
export async function selectSealed(
  sql: Queries,
  { table, key, column }: SealedColumn,
  { after, most }: { readonly after: string; readonly most: number },
): Promise<readonly SealedText[]> {
  const rows = await sql
    .withTables<AnyTables>()
    .selectFrom(table)
    .select([key, column])
    .where(key, '>', after)
    .where(column, 'is not', null)
    .orderBy(key)
    .limit(most)
    .execute()
  return rows.map((row) => ({ key: String(row[key]), sealed: String(row[column]) }))
}

/** Puts another text in the place of one; false when it stands there no more. */
export async function replaceSealed(
  sql: Queries,
  { table, key, column }: SealedColumn,
  { text, by }: { readonly text: SealedText; readonly by: string },
): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .withTables<AnyTables>()
    .updateTable(table)
    .set({ [column]: by })
    .where(key, '=', text.key)
    .where(column, '=', text.sealed)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}
