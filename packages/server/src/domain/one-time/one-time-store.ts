import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

export interface OneTimeRow {
  readonly id: string
  readonly kind: string
  readonly payload: string
  readonly expires_at: EpochMilliseconds
  readonly used_at: EpochMilliseconds | null
  readonly outcome: string | null
}

type OneTimeTables = { one_time: OneTimeRow }

export async function insertOneTime(sql: Queries, row: Omit<OneTimeRow, 'used_at' | 'outcome'>): Promise<void> {
  await sql
    .withTables<OneTimeTables>()
    .insertInto('one_time')
    .values({ ...row, used_at: null, outcome: null })
    .execute()
}

/** Whether this call was the first to name it. */
export async function insertUsed(
  sql: Queries,
  row: Pick<OneTimeRow, 'id' | 'kind' | 'expires_at'> & { readonly used_at: EpochMilliseconds },
): Promise<boolean> {
  const inserted = await sql
    .withTables<OneTimeTables>()
    .insertInto('one_time')
    .values({ ...row, payload: '', outcome: '' })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function selectOneTime(sql: Queries, id: string, kind: string): Promise<OneTimeRow | undefined> {
  return sql
    .withTables<OneTimeTables>()
    .selectFrom('one_time')
    .selectAll()
    .where('id', '=', id)
    .where('kind', '=', kind)
    .executeTakeFirst()
}

/** Whether this call was the one that used it. */
export async function markUsed(sql: Queries, id: string, outcome: string, now: EpochMilliseconds): Promise<boolean> {
  const used = await sql
    .withTables<OneTimeTables>()
    .updateTable('one_time')
    .set({ used_at: now, outcome })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return used !== undefined
}

/** Deletes some; returns how many. */
export async function deleteExpired(sql: Queries, before: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<OneTimeTables>()
  const some = tables.selectFrom('one_time').select('id').where('expires_at', '<', before).limit(most)
  const deleted = await tables.deleteFrom('one_time').where('id', 'in', some).executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}
