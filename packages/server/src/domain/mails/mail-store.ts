import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

export interface MailRow {
  readonly id: string
  readonly language: string
  /** Recipient and content, sealed: it may hold a code. */
  readonly sealed: string
  /** How often it has been sent, this time included. */
  readonly attempts: number
  /** Null: it is never sent. */
  readonly next_attempt_at: EpochMilliseconds | null
  readonly created_at: EpochMilliseconds
  /** From then on it is given up. */
  readonly expires_at: EpochMilliseconds
}

type MailTables = { mail: MailRow }

export async function insertMail(sql: Queries, row: MailRow): Promise<void> {
  await sql.withTables<MailTables>().insertInto('mail').values(row).execute()
}

/** Takes the mail that has been due the longest, until the lease ends. What another instance has taken meanwhile is left to it. */
export async function claimMail(
  sql: Queries,
  { now, leasedUntil }: { readonly now: EpochMilliseconds; readonly leasedUntil: EpochMilliseconds },
): Promise<MailRow | undefined> {
  const tables = sql.withTables<MailTables>()
  const due = tables.selectFrom('mail').select('id').where('next_attempt_at', '<=', now)
  return (
    tables
      .updateTable('mail')
      .set(({ eb }) => ({ next_attempt_at: leasedUntil, attempts: eb('attempts', '+', 1) }))
      .where('id', 'in', due.orderBy('next_attempt_at').limit(1))
      // Again, since the row may have changed while this statement waited for it.
      .where('next_attempt_at', '<=', now)
      .returningAll()
      .executeTakeFirst()
  )
}

/** Says when it is due next. Only for whoever made the latest attempt. */
export async function postponeMail(
  sql: Queries,
  { id, attempts }: Pick<MailRow, 'id' | 'attempts'>,
  until: EpochMilliseconds,
): Promise<void> {
  await sql
    .withTables<MailTables>()
    .updateTable('mail')
    .set({ next_attempt_at: until })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .execute()
}

/** Whether it was there. */
export async function deleteMail(sql: Queries, id: string): Promise<boolean> {
  const deleted = await sql
    .withTables<MailTables>()
    .deleteFrom('mail')
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Those that are to be sent, the newest first. */
export async function selectMails(sql: Queries, limit: number): Promise<readonly MailRow[]> {
  return sql
    .withTables<MailTables>()
    .selectFrom('mail')
    .selectAll()
    .where('next_attempt_at', 'is not', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** One that is to be sent. */
export async function selectMail(sql: Queries, id: string): Promise<MailRow | undefined> {
  return sql
    .withTables<MailTables>()
    .selectFrom('mail')
    .selectAll()
    .where('id', '=', id)
    .where('next_attempt_at', 'is not', null)
    .executeTakeFirst()
}

export async function countWaiting(sql: Queries): Promise<number> {
  const { count } = await sql
    .withTables<MailTables>()
    .selectFrom('mail')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('next_attempt_at', 'is not', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Deletes some; returns how many. */
export async function deleteOverdueMails(sql: Queries, now: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<MailTables>()
  const some = tables.selectFrom('mail').select('id').where('expires_at', '<=', now).limit(most)
  const deleted = await tables.deleteFrom('mail').where('id', 'in', some).executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}
