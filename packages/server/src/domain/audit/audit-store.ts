import type { Queries } from '../../platform/database/database.ts'
import type { Actor, AuditDetail, AuditEvent, AuditedAct } from './audit-event.ts'
import type { AuditFilter } from './list-audit-events.ts'

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
