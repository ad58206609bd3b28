import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { AuthorizationRequest, PendingRequest } from './authorization-request.ts'

interface RequestRow {
  readonly id: string
  readonly client_id: string
  readonly request: string
  /** Until when its `request_uri` is taken; null for one that came through the browser. */
  readonly pushed_until: EpochMilliseconds | null
  /** Null for one that was pushed and that no browser has brought yet. */
  readonly shown_at: EpochMilliseconds | null
  readonly expires_at: EpochMilliseconds
  readonly answered_at: EpochMilliseconds | null
  /** Null until the person has chosen one. */
  readonly organization_id: string | null
}

type RequestTables = { authorization_request: RequestRow }

export async function insertRequest(
  sql: Queries,
  {
    request,
    ...row
  }: Pick<RequestRow, 'id' | 'pushed_until' | 'shown_at' | 'expires_at'> & {
    readonly request: AuthorizationRequest
  },
): Promise<void> {
  await sql
    .withTables<RequestTables>()
    .insertInto('authorization_request')
    .values({
      ...row,
      client_id: request.clientId,
      request: JSON.stringify(request),
      answered_at: null,
      organization_id: null,
    })
    .execute()
}

/** Absent when there is none, when it has expired, or when it was pushed and has not been shown yet. */
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
  return row && toPending(row)
}

/** A request that this client has pushed and may still name. Absent for another client's, and when its time is over. */
export async function selectPushedRequest(
  sql: Queries,
  { id, clientId, now }: { readonly id: string; readonly clientId: string; readonly now: EpochMilliseconds },
): Promise<PendingRequest | undefined> {
  const row = await sql
    .withTables<RequestTables>()
    .selectFrom('authorization_request')
    .selectAll()
    .where('id', '=', id)
    .where('client_id', '=', clientId)
    .where('pushed_until', '>', now)
    .executeTakeFirst()
  return row && toPending(row)
}

/** Begins the time in which a person may answer a pushed request; it does not begin anew when the page is asked for once more. */
export async function markShown(
  sql: Queries,
  {
    id,
    clientId,
    now,
    expiresAt,
  }: {
    readonly id: string
    readonly clientId: string
    readonly now: EpochMilliseconds
    readonly expiresAt: EpochMilliseconds
  },
): Promise<void> {
  await sql
    .withTables<RequestTables>()
    .updateTable('authorization_request')
    .set({ shown_at: now, expires_at: expiresAt })
    .where('id', '=', id)
    .where('client_id', '=', clientId)
    .where('pushed_until', '>', now)
    .where('shown_at', 'is', null)
    .execute()
}

function toPending({ id, request, shown_at, answered_at, organization_id }: RequestRow): PendingRequest | undefined {
  if (shown_at === null) return undefined
  return {
    id,
    request: JSON.parse(request) as AuthorizationRequest,
    shownAt: shown_at,
    organizationId: organization_id ?? undefined,
    isAnswered: answered_at !== null,
  }
}

/** Notes the organization that the person has chosen for a request that still waits. */
export async function updateOrganization(sql: Queries, id: string, organizationId: string): Promise<void> {
  await sql
    .withTables<RequestTables>()
    .updateTable('authorization_request')
    .set({ organization_id: organizationId })
    .where('id', '=', id)
    .where('answered_at', 'is', null)
    .execute()
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

/** Deletes some; returns how many. */
export async function deleteExpiredRequests(sql: Queries, now: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<RequestTables>()
  const some = tables.selectFrom('authorization_request').select('id').where('expires_at', '<', now).limit(most)
  const deleted = tables.deleteFrom('authorization_request').where('id', 'in', some).where('expires_at', '<', now)
  return Number((await deleted.executeTakeFirstOrThrow()).numDeletedRows)
}
