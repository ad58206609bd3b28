import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

export interface TotpRow {
  readonly account_id: string
  readonly sealed_secret: string
  /** The step of the last code that was accepted. */
  readonly last_step: number
  readonly created_at: EpochMilliseconds
}

type TotpTables = { totp: TotpRow }

/** Whether this call was the one that made it: an account has one. */
export async function insertTotp(sql: Queries, row: TotpRow): Promise<boolean> {
  const inserted = await sql
    .withTables<TotpTables>()
    .insertInto('totp')
    .values(row)
    .onConflict((conflict) => conflict.column('account_id').doNothing())
    .returning('account_id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function selectTotp(sql: Queries, accountId: string): Promise<TotpRow | undefined> {
  return sql
    .withTables<TotpTables>()
    .selectFrom('totp')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst()
}

/** Whether this call was the one that moved it on; false when a code of this step, or of a later one, was accepted before. */
export async function advanceStep(sql: Queries, accountId: string, step: number): Promise<boolean> {
  const advanced = await sql
    .withTables<TotpTables>()
    .updateTable('totp')
    .set({ last_step: step })
    .where('account_id', '=', accountId)
    .where('last_step', '<', step)
    .returning('account_id')
    .executeTakeFirst()
  return advanced !== undefined
}

export async function deleteTotp(sql: Queries, accountId: string): Promise<boolean> {
  const deleted = await sql
    .withTables<TotpTables>()
    .deleteFrom('totp')
    .where('account_id', '=', accountId)
    .returning('account_id')
    .executeTakeFirst()
  return deleted !== undefined
}
