import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { AuthorizationRequest, PendingRequest } from './authorization-request.ts'

type RequestTables = {
  authorization_request: {
    id: string
    client_id: string
    request: string
    created_at: number
    expires_at: number
    answered_at: number | null
  }
}

export async function insertRequest(
  sql: Queries,
  row: {
    readonly id: string
    readonly request: AuthorizationRequest
    readonly now: number
    readonly expiresAt: number
  },
): Promise<void> {
  await sql
    .withTables<RequestTables>()
    .insertInto('authorization_request')
    .values({
      id: row.id,
      client_id: row.request.clientId,
      request: JSON.stringify(row.request),
      created_at: row.now,
      expires_at: row.expiresAt,
      answered_at: null,
    })
    .execute()
}

/** Absent when there is none, or when it has expired. */
export async function selectRequest(
  sql: Queries,
  id: string,
  now: EpochMilliseconds,
): Promise<PendingRequest | undefined> {
  const row = await sql
    .withTables<RequestTables>()
    .selectFrom('authorization_request')
    .selectAll()
    .where('id', '=', id)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      request: JSON.parse(row.request) as AuthorizationRequest,
      createdAt: row.created_at,
      isAnswered: row.answered_at !== null,
    }
  )
}

/** Whether this call answered it. */
export async function markAnswered(sql: Queries, id: string, now: EpochMilliseconds): Promise<boolean> {
  const answered = await sql
    .withTables<RequestTables>()
    .updateTable('authorization_request')
    .set({ answered_at: now })
    .where('id', '=', id)
    .where('answered_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return answered !== undefined
}

export async function deleteExpiredRequests(sql: Queries, now: EpochMilliseconds): Promise<void> {
  await sql.withTables<RequestTables>().deleteFrom('authorization_request').where('expires_at', '<', now).execute()
}
