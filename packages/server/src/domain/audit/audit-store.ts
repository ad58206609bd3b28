import type { Queries } from '../../platform/database/database.ts'
import type { Actor, AuditDetail, AuditEvent, AuditedAct } from './audit-event.ts'
import type { AuditFilter } from './list-audit-events.ts'
import type { OwnEvents } from './list-own-events.ts'

type AuditTables = {
  audit_event: {
    id: string
    at: number
    act: AuditedAct
    actor: Actor
    outcome: 'done' | 'refused'
    account_id: string | null
    session_id: string | null
    client_id: string | null
    network: string | null
    detail: string
  }
}

export async function insertAuditEvent(sql: Queries, event: AuditEvent): Promise<void> {
  await sql
    .withTables<AuditTables>()
    .insertInto('audit_event')
    .values({
      id: event.id,
      at: event.at,
      act: event.act,
      actor: event.actor,
      outcome: event.outcome,
      account_id: event.accountId ?? null,
      session_id: event.sessionId ?? null,
      client_id: event.clientId ?? null,
      network: event.network ?? null,
      detail: JSON.stringify(event.detail),
    })
    .execute()
}

export async function selectAuditEvents(sql: Queries, filter: AuditFilter): Promise<readonly AuditEvent[]> {
  let query = sql.withTables<AuditTables>().selectFrom('audit_event').selectAll()
  if (filter.accountId !== undefined) query = query.where('account_id', '=', filter.accountId)
  if (filter.act !== undefined) query = query.where('act', '=', filter.act)
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute()
  return rows.map(toAuditEvent)
}

/** Some of an account's events, the latest first: those before `before`, of these acts. */
export async function selectEventsOf(
  sql: Queries,
  accountId: string,
  { before, acts, most }: OwnEvents,
): Promise<readonly AuditEvent[]> {
  let query = sql.withTables<AuditTables>().selectFrom('audit_event').selectAll().where('account_id', '=', accountId)
  if (acts !== undefined) query = query.where('act', 'in', acts)
  if (before !== undefined)
    query = query.where((where) =>
      where.or([where('at', '<', before.at), where.and([where('at', '=', before.at), where('id', '<', before.id)])]),
    )
  const rows = await query
    .where('at', '<=', before?.at ?? Number.MAX_SAFE_INTEGER)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
  return rows.map(toAuditEvent)
}

/** Takes where from and what in particular out of some of an account's events, from a moment on. Gives where it came to; undefined: through. */
export async function blankEvents(
  sql: Queries,
  accountId: string,
  { from, most }: { readonly from: number; readonly most: number },
): Promise<number | undefined> {
  const tables = sql.withTables<AuditTables>()
  const rows = await tables
    .selectFrom('audit_event')
    .select(['id', 'at'])
    .where('account_id', '=', accountId)
    .where('at', '>=', from)
    .where((where) => where.or([where('network', 'is not', null), where('detail', '!=', '{}')]))
    .orderBy('at')
    .orderBy('id')
    .limit(most)
    .execute()
  const ids = rows.map(({ id }) => id)
  if (ids.length > 0)
    await tables.updateTable('audit_event').set({ network: null, detail: '{}' }).where('id', 'in', ids).execute()
  return rows.length < most ? undefined : rows.at(-1)?.at
}

function toAuditEvent(row: AuditTables['audit_event']): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    act: row.act,
    actor: row.actor,
    outcome: row.outcome,
    ...(row.account_id === null ? {} : { accountId: row.account_id }),
    ...(row.session_id === null ? {} : { sessionId: row.session_id }),
    ...(row.client_id === null ? {} : { clientId: row.client_id }),
    ...(row.network === null ? {} : { network: row.network }),
    detail: JSON.parse(row.detail) as AuditDetail,
  }
}
