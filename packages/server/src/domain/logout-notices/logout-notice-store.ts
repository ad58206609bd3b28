import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { LogoutNotice } from './logout-notice.ts'

type LogoutNoticeTables = {
  logout_notice: {
    id: string
    client_id: string
    account_id: string
    session_id: string
    attempts: number
    next_attempt_at: number
    expires_at: number
  }
}

export async function insertNotice(
  sql: Queries,
  notice: Omit<LogoutNotice, 'attempts'>,
  now: EpochMilliseconds,
): Promise<void> {
  await sql
    .withTables<LogoutNoticeTables>()
    .insertInto('logout_notice')
    .values({
      id: notice.id,
      client_id: notice.clientId,
      account_id: notice.accountId,
      session_id: notice.sessionId,
      attempts: 0,
      next_attempt_at: now,
      expires_at: notice.expiresAt,
    })
    .execute()
}

export interface Claim {
  readonly now: EpochMilliseconds
  /** Until when nobody else takes them. */
  readonly leasedUntil: EpochMilliseconds
  readonly most: number
  /** Clients that have enough under way. */
  readonly exceptClients: readonly string[]
}

/** Takes notices that are due, the longest due first. What another instance has taken meanwhile is left to it. */
export async function claimNotices(
  sql: Queries,
  { now, leasedUntil, most, exceptClients }: Claim,
): Promise<readonly LogoutNotice[]> {
  const tables = sql.withTables<LogoutNoticeTables>()
  let due = tables.selectFrom('logout_notice').select('id').where('next_attempt_at', '<=', now)
  if (exceptClients.length > 0) due = due.where('client_id', 'not in', exceptClients)
  const rows = await tables
    .updateTable('logout_notice')
    .set(({ eb }) => ({ next_attempt_at: leasedUntil, attempts: eb('attempts', '+', 1) }))
    .where('id', 'in', due.orderBy('next_attempt_at').limit(most))
    // Again, since the row may have changed while this statement waited for it.
    .where('next_attempt_at', '<=', now)
    .returningAll()
    .execute()
  return rows.map((row) => ({
    id: row.id,
    clientId: row.client_id,
    accountId: row.account_id,
    sessionId: row.session_id,
    attempts: row.attempts,
    expiresAt: row.expires_at,
  }))
}

export async function postponeNotice(sql: Queries, id: string, until: EpochMilliseconds): Promise<void> {
  await sql
    .withTables<LogoutNoticeTables>()
    .updateTable('logout_notice')
    .set({ next_attempt_at: until })
    .where('id', '=', id)
    .execute()
}

/** Gives up some that could not even be tried until they were over; returns how many. */
export async function deleteOverdueNotices(sql: Queries, now: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<LogoutNoticeTables>()
  const some = tables.selectFrom('logout_notice').select('id').where('expires_at', '<', now).limit(most)
  const deleted = await tables.deleteFrom('logout_notice').where('id', 'in', some).executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}

/** Whether it was there. */
export async function deleteNotice(sql: Queries, id: string): Promise<boolean> {
  const deleted = await sql
    .withTables<LogoutNoticeTables>()
    .deleteFrom('logout_notice')
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}
