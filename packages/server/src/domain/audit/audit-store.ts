import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { Actor, AuditDetail, AuditEvent, AuditedAct, SealedEvent } from './audit-event.ts'
import type { AuditFilter } from './list-audit-events.ts'
import type { OwnEvents } from './list-own-events.ts'
import type { AuditPage } from './page-audit-events.ts'

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
    incident_id: string | null
    detail: string
    salt: string | null
    commitment: string
  }
  audit_pending: { event_id: string }
}

/**
 * Also among those that the tree does not hold yet. At most some hundred at once: databases bound how many parameters a statement has. Nobody
 * waits for them but the commit.
 */
export function postAuditEvents(tx: Transaction, events: readonly SealedEvent[]): void {
  const tables = tx.sql.withTables<AuditTables>()
  tx.post(tables.insertInto('audit_pending').values(events.map(({ id }) => ({ event_id: id }))))
  tx.post(tables.insertInto('audit_event').values(events.map(toRow)))
}

function toRow(event: SealedEvent): AuditTables['audit_event'] {
  return {
    id: event.id,
    at: event.at,
    act: event.act,
    actor: event.actor,
    outcome: event.outcome,
    account_id: event.accountId ?? null,
    session_id: event.sessionId ?? null,
    client_id: event.clientId ?? null,
    network: event.network ?? null,
    incident_id: event.incidentId ?? null,
    detail: JSON.stringify(event.detail),
    salt: event.salt ?? null,
    commitment: event.commitment,
  }
}

export async function selectAuditEvents(sql: Queries, filter: AuditFilter): Promise<readonly AuditEvent[]> {
  let query = sql.withTables<AuditTables>().selectFrom('audit_event').selectAll()
  if (filter.accountId !== undefined) query = query.where('account_id', '=', filter.accountId)
  if (filter.act !== undefined) query = query.where('act', '=', filter.act)
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute()
  return rows.map(toAuditEvent)
}

/** Those of these acts at these very moments, some thousands at most. */
export async function selectEventsAt(
  sql: Queries,
  moments: readonly EpochMilliseconds[],
  acts: readonly AuditedAct[],
): Promise<readonly AuditEvent[]> {
  const rows = await sql
    .withTables<AuditTables>()
    .selectFrom('audit_event')
    .selectAll()
    .where('at', 'in', moments)
    .where('act', 'in', acts)
    .limit(5000)
    .execute()
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
    .where((where) =>
      where.or([where('network', 'is not', null), where('incident_id', 'is not', null), where('detail', '!=', '{}')]),
    )
    .orderBy('at')
    .orderBy('id')
    .limit(most)
    .execute()
  const ids = rows.map(({ id }) => id)
  if (ids.length > 0)
    await tables
      .updateTable('audit_event')
      .set({ network: null, incident_id: null, detail: '{}', salt: null })
      .where('id', 'in', ids)
      .execute()
  return rows.length < most ? undefined : rows.at(-1)?.at
}

/** The earliest of those that the tree does not hold yet. */
export async function selectPendingIds(sql: Queries, most: number): Promise<readonly string[]> {
  const rows = await sql
    .withTables<AuditTables>()
    .selectFrom('audit_pending')
    .select('event_id')
    .orderBy('event_id')
    .limit(most)
    .execute()
  return rows.map(({ event_id }) => event_id)
}

export async function selectPendingAmong(sql: Queries, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await sql
    .withTables<AuditTables>()
    .selectFrom('audit_pending')
    .select('event_id')
    .where('event_id', 'in', ids)
    .execute()
  return rows.map(({ event_id }) => event_id)
}

export async function countPending(sql: Queries): Promise<number> {
  return count(
    sql
      .withTables<AuditTables>()
      .selectFrom('audit_pending')
      .select(({ fn }) => fn.countAll().as('count')),
  )
}

export async function countEvents(sql: Queries): Promise<number> {
  return count(
    sql
      .withTables<AuditTables>()
      .selectFrom('audit_event')
      .select(({ fn }) => fn.countAll().as('count')),
  )
}

export async function deletePending(sql: Queries, ids: readonly string[]): Promise<void> {
  await sql.withTables<AuditTables>().deleteFrom('audit_pending').where('event_id', 'in', ids).execute()
}

const columnsButTime = [
  'id',
  'act',
  'actor',
  'outcome',
  'account_id',
  'session_id',
  'client_id',
  'network',
  'incident_id',
  'detail',
  'salt',
  'commitment',
] as const

/** In no order; those that are not there are left out. */
export async function selectSealedEvents(sql: Queries, ids: readonly string[]): Promise<readonly SealedEvent[]> {
  if (ids.length === 0) return []
  const rows = await sql
    .withTables<AuditTables>()
    .selectFrom('audit_event')
    .select(columnsButTime)
    // Somebody may have put a number there by hand that JavaScript doesn't have: all are read, and that one is no time.
    .select(({ cast, ref }) => cast<string>(ref('at'), 'text').as('at'))
    .where('id', 'in', ids)
    .execute()
  return rows.map((row) => toSealedEvent({ ...row, at: Number(row.at) }))
}

/** Ids after one, in their order. */
export async function selectIdsAfter(sql: Queries, id: string, most: number): Promise<readonly string[]> {
  const rows = await sql
    .withTables<AuditTables>()
    .selectFrom('audit_event')
    .select('id')
    .where('id', '>', id)
    .orderBy('id')
    .limit(most)
    .execute()
  return rows.map((row) => row.id)
}

/** Those that match, by time; each filter has an index that begins with it. */
export async function selectEventPage(
  sql: Queries,
  { accountId, act, actor, outcome, from, to, id, order, after, most }: AuditPage,
): Promise<readonly SealedEvent[]> {
  const direction = order === 'latest' ? 'desc' : 'asc'
  let query = sql.withTables<AuditTables>().selectFrom('audit_event').selectAll()
  if (accountId !== undefined) query = query.where('account_id', '=', accountId)
  if (act !== undefined) query = query.where('act', '=', act as AuditedAct)
  if (actor !== undefined) query = query.where('actor', '=', actor as Actor)
  if (outcome !== undefined) query = query.where('outcome', '=', outcome)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  if (id !== undefined) query = query.where((where) => where.or([where('id', '=', id), where('incident_id', '=', id)]))
  if (after !== undefined) {
    // The bound on `at` alone, beside the exact one, is what an index is read from.
    const [beyond, upTo] = order === 'latest' ? (['<', '<='] as const) : (['>', '>='] as const)
    query = query
      .where('at', upTo, after.at)
      .where((where) => where.or([where('at', beyond, after.at), where('id', beyond, after.id)]))
  }
  const rows = await query.orderBy('at', direction).orderBy('id', direction).limit(most).execute()
  return rows.map(toSealedEvent)
}

export async function deleteEvents(sql: Queries, ids: readonly string[]): Promise<void> {
  await sql.withTables<AuditTables>().deleteFrom('audit_event').where('id', 'in', ids).execute()
}

async function count(query: {
  executeTakeFirstOrThrow(): Promise<{ count: string | number | bigint }>
}): Promise<number> {
  return Number((await query.executeTakeFirstOrThrow()).count)
}

function toSealedEvent(row: AuditTables['audit_event']): SealedEvent {
  return { ...toAuditEvent(row), salt: row.salt ?? undefined, commitment: row.commitment }
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
    ...(row.incident_id === null ? {} : { incidentId: row.incident_id }),
    detail: parseDetail(row.detail),
  }
}

/** Whoever writes into the database by hand must not keep the log from being read: what are no particulars is told as it stands, which is never what was committed to. */
function parseDetail(text: string): AuditDetail {
  try {
    const detail: unknown = JSON.parse(text)
    if (isDetail(detail)) return detail
  } catch {
    // Told below.
  }
  return { unreadable: String(text) }
}

function isDetail(value: unknown): value is AuditDetail {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((member) => typeof member !== 'object' || member === null || isTexts(member))
}

function isTexts(value: object): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
