import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { AuditEvent, AuditedAct } from './audit-event.ts'
import { selectAuditEvents, selectEventsAt } from './audit-store.ts'

export interface AuditFilter {
  readonly accountId?: string | undefined
  readonly act?: AuditedAct | undefined
  /** 1..1000. */
  readonly limit: number
}

/** The events that match, the latest first. Those of one millisecond come in no particular order. */
export async function listAuditEvents(sql: Queries, filter: AuditFilter): Promise<readonly AuditEvent[]> {
  return selectAuditEvents(sql, { ...filter, limit: Math.min(Math.max(Math.trunc(filter.limit), 1), 1000) })
}

/** The events of these acts at these very moments: those of the transactions that ran then. */
export async function listEventsAt(
  sql: Queries,
  moments: readonly EpochMilliseconds[],
  acts: readonly AuditedAct[],
): Promise<readonly AuditEvent[]> {
  return moments.length === 0 ? [] : selectEventsAt(sql, moments, acts)
}
