import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

export interface MailRow {
  readonly id: string
  readonly language: string
  /** Recipient and content, sealed: it may hold a code. */
  readonly sealed: string
  readonly attempts: number
  /** Null: it is never sent. */
  readonly next_attempt_at: EpochMilliseconds | null
  readonly created_at: EpochMilliseconds
  readonly expires_at: EpochMilliseconds
}

type MailTables = { mail: MailRow }

export async function insertMail(sql: Queries, row: MailRow): Promise<void> {
  await sql.withTables<MailTables>().insertInto('mail').values(row).execute()
}
