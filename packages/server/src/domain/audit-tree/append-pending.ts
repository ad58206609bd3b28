import type { Queries, Transaction } from '../../platform/database/database.ts'
import { appendLeaves, rootOfPeaks } from '../../platform/merkle-tree/peaks.ts'
import { renderCheckpoint } from '../../platform/signed-note/checkpoint.ts'
import { type NoteSigner, signNote } from '../../platform/signed-note/signed-note.ts'
import type { SealedEvent } from '../audit/audit-event.ts'
import { hashEvent } from '../audit/event-leaf.ts'
import { takePendingEvents } from '../audit/pending-events.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import {
  insertLeaves,
  insertSubtrees,
  lockHead,
  STORED_LEVELS,
  selectLeavesOf,
  type TreeHead,
  updateHead,
} from './audit-tree-store.ts'

/** So many at once, so that nobody waits long behind them. */
const BATCH = 500

/** Announced with each new head. */
export const AUDIT_TREE_TOPIC = 'audit_tree'

export interface AppendedEvents {
  readonly head: TreeHead
  /** Whether there may be more. */
  readonly hasMore: boolean
}

/**
 * Appends events that the tree does not hold yet, and signs its new head; all of it in one transaction, which waits for others that do the same.
 *
 * @param assertGoesOn throws when this head must not be signed
 */
export async function appendPending(
  tx: Transaction,
  signer: NoteSigner,
  assertGoesOn: (head: TreeHead) => Promise<void>,
): Promise<AppendedEvents> {
  const before = await lockHead(tx.sql)
  await assertGoesOn(before)
  const { events: taken, missing } = await takePendingEvents(tx, BATCH)
  const events = await leaveOutHeld(tx.sql, taken)
  // Becomes a leaf of its own with the next batch: so it stays known that something was taken away.
  for (const id of missing)
    await recordAuditEvent(tx, {
      act: 'audit.event_missing',
      actor: 'system',
      outcome: 'done',
      detail: { event_id: id },
    })
  const hasMore = taken.length + missing.length === BATCH || missing.length > 0
  if (events.length === 0) return { head: before, hasMore }
  const leaves = events.map((event, at) => ({ index: before.size + at, eventId: event.id, hash: hashEvent(event) }))
  const hashes = leaves.map(({ hash }) => hash)
  const { size, peaks, completed } = appendLeaves(before.size, before.peaks, hashes)
  const root = rootOfPeaks(peaks)
  const head = {
    ...before,
    size,
    peaks,
    checkpoint: signNote(renderCheckpoint({ origin: signer.name, size, root }), signer),
  }
  await insertLeaves(tx.sql, leaves)
  await insertSubtrees(
    tx.sql,
    completed.filter(({ level }) => level % STORED_LEVELS === 0),
  )
  await updateHead(tx.sql, head)
  await tx.announce(AUDIT_TREE_TOPIC)
  return { head, hasMore }
}

/** Without those that the tree holds already: somebody has had them wait again. */
async function leaveOutHeld(sql: Queries, events: readonly SealedEvent[]): Promise<readonly SealedEvent[]> {
  const ids = events.map(({ id }) => id)
  const held = new Set((await selectLeavesOf(sql, ids)).map(({ eventId }) => eventId))
  return events.filter(({ id }) => !held.has(id))
}
