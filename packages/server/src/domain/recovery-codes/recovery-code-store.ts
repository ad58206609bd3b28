import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

export interface RecoveryCodeRow {
  readonly account_id: string
  readonly code_hash: string
  readonly created_at: EpochMilliseconds
}

type RecoveryCodeTables = { recovery_code: RecoveryCodeRow }

export async function insertRecoveryCodes(sql: Queries, rows: readonly RecoveryCodeRow[]): Promise<void> {
  await sql.withTables<RecoveryCodeTables>().insertInto('recovery_code').values(rows).execute()
}

export async function countRecoveryCodeRows(sql: Queries, accountId: string): Promise<number> {
  const rows = await sql
    .withTables<RecoveryCodeTables>()
    .selectFrom('recovery_code')
    .select('code_hash')
    .where('account_id', '=', accountId)
    .execute()
  return rows.length
}

/** Whether this call was the one that took it. */
export async function deleteRecoveryCode(sql: Queries, accountId: string, hash: string): Promise<boolean> {
  const deleted = await sql
    .withTables<RecoveryCodeTables>()
    .deleteFrom('recovery_code')
    .where('account_id', '=', accountId)
    .where('code_hash', '=', hash)
    .returning('code_hash')
    .executeTakeFirst()
  return deleted !== undefined
}

export async function deleteRecoveryCodes(sql: Queries, accountId: string): Promise<void> {
  await sql.withTables<RecoveryCodeTables>().deleteFrom('recovery_code').where('account_id', '=', accountId).execute()
}
