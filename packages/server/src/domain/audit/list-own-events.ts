import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { AuditEvent, AuditedAct } from './audit-event.ts'
import { selectEventsOf } from './audit-store.ts'

/** Which of an account's events. */
export interface OwnEvents {
  /** Absent: from the latest on. */
  readonly before?: { readonly at: EpochMilliseconds; readonly id: string } | undefined
  /** Absent: of any. */
  readonly acts?: readonly AuditedAct[] | undefined
  readonly most: number
}

/** What happened to one account, the latest first. Pages go on with what stands `before` the last one of the page. */
export async function listOwnEvents(sql: Queries, accountId: string, which: OwnEvents): Promise<readonly AuditEvent[]> {
  return selectEventsOf(sql, accountId, which)
}
