import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { SealedEvent } from './audit-event.ts'
import {
  countEvents,
  countPending,
  deleteEvents,
  deletePending,
  selectIdsAfter,
  selectPendingAmong,
  selectPendingIds,
  selectSealedEvents,
} from './audit-store.ts'

export interface PendingEvents {
  /** In the order of their ids. */
  readonly events: readonly SealedEvent[]
  /** Ids that are to be appended, and are no events any more. */
  readonly missing: readonly string[]
}

/** Takes the earliest events that the tree does not hold yet: whoever takes them appends them in the same transaction. */
export async function takePendingEvents(tx: Transaction, most: number): Promise<PendingEvents> {
  const ids = await selectPendingIds(tx.sql, most)
  if (ids.length === 0) return { events: [], missing: [] }
  const found = new Map((await selectSealedEvents(tx.sql, ids)).map((event) => [event.id, event]))
  await deletePending(tx.sql, ids)
  return {
    events: ids.flatMap((id) => found.get(id) ?? []),
    missing: ids.filter((id) => !found.has(id)),
  }
}

export async function hasPendingEvents(sql: Queries): Promise<boolean> {
  return (await selectPendingIds(sql, 1)).length > 0
}

/** How many events there are, and how many of them the tree does not hold yet. */
export async function countAuditEvents(sql: Queries): Promise<{ readonly all: number; readonly pending: number }> {
  return { all: await countEvents(sql), pending: await countPending(sql) }
}

/** Which of these events the tree does not hold yet. */
export async function listPendingAmong(sql: Queries, ids: readonly string[]): Promise<readonly string[]> {
  return ids.length === 0 ? [] : selectPendingAmong(sql, ids)
}

/** Events by their ids, as the tree commits to them. */
export async function findSealedEvents(
  sql: Queries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SealedEvent>> {
  return new Map((await selectSealedEvents(sql, ids)).map((event) => [event.id, event]))
}

/** Some ids of events after one, in their order. */
export async function listEventIds(sql: Queries, after: string, most: number): Promise<readonly string[]> {
  return selectIdsAfter(sql, after, most)
}

/** Deletes old events whole; what the tree holds of them stays. Only for `forgetOldEvents`, which says so in the log. */
export async function deleteForgottenEvents(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await deleteEvents(tx.sql, ids)
}
