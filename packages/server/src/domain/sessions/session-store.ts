import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Session } from './session.ts'

type SessionTables = {
  session: {
    id: string
    account_id: string
    client_id: string
    cookie_hash: string | null
    created_at: number
    expires_at: number
    ended_at: number | null
  }
}

export async function insertSession(sql: Queries, session: Session, cookieHash: string | undefined): Promise<void> {
  await sql
    .withTables<SessionTables>()
    .insertInto('session')
    .values({
      id: session.id,
      account_id: session.accountId,
      client_id: session.clientId,
      cookie_hash: cookieHash ?? null,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
      ended_at: null,
    })
    .execute()
}

export async function selectSession(
  sql: Queries,
  id: string,
): Promise<{ session: Session; cookieHash: string | undefined } | undefined> {
  const row = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { session: toSession(row), cookieHash: row.cookie_hash ?? undefined }
}

/** Whether this call ended it: false when it had ended before, or never was. */
export async function markSessionEnded(sql: Queries, id: string, now: EpochMilliseconds): Promise<boolean> {
  const ended = await sql
    .withTables<SessionTables>()
    .updateTable('session')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return ended !== undefined
}

export async function deleteSessionsExpiredBefore(sql: Queries, moment: EpochMilliseconds): Promise<number> {
  const deleted = await sql
    .withTables<SessionTables>()
    .deleteFrom('session')
    .where('expires_at', '<', moment)
    .returning('id')
    .execute()
  return deleted.length
}

function toSession(row: SessionTables['session']): Session {
  return {
    id: row.id,
    accountId: row.account_id,
    clientId: row.client_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at ?? undefined,
  }
}

/** The sessions of an account that have not ended; expired ones may be among them. */
export async function selectOpenSessions(sql: Queries, accountId: string): Promise<Session[]> {
  const rows = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .execute()
  return rows.map(toSession)
}
