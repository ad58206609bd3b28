import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database, Queries, Transaction } from '../../platform/database/database.ts'
import { makeInclusionProof } from '../../platform/merkle-tree/make-proof.ts'
import { rootOfPeaks } from '../../platform/merkle-tree/peaks.ts'
import { verifyInclusion } from '../../platform/merkle-tree/verify-proof.ts'
import type { NoteSigner, NoteVerifier } from '../../platform/signed-note/signed-note.ts'
import type { SealedEvent } from '../audit/audit-event.ts'
import { hashEvent } from '../audit/event-leaf.ts'
import { deleteForgottenEvents, findSealedEvents } from '../audit/pending-events.ts'
import { recordAuditEvent, recordAuditEvents } from '../audit/record-audit-event.ts'
import { lockHead, selectLeaves, type TreeHead, type TreeLeaf, updateForgottenSize } from './audit-tree-store.ts'
import { isHeadSigned } from './find-contradiction.ts'
import { renderForgottenStatement } from './forgotten-statement.ts'
import { MissingNodeError, readTreeNodes } from './read-tree-nodes.ts'

/** So many in one transaction, and so many transactions at once. */
const STEP = 1000
const MOST_STEPS = 20

/**
 * Deletes events from before a moment, the earliest leaves first; the leaves stay, so the tree stays whole. Each step is audited: it says, signed, before
 * which leaf events may be missing, so that nobody else can say so.
 */
export async function forgetOldEvents(
  database: Database,
  before: EpochMilliseconds,
  signer: NoteSigner,
): Promise<void> {
  for (let steps = 0; steps < MOST_STEPS; steps += 1)
    if (!(await database.write((tx) => forgetSome(tx, before, signer)))) return
}

/** True: there may be more. */
async function forgetSome(tx: Transaction, before: EpochMilliseconds, signer: NoteSigner): Promise<boolean> {
  const head = await lockHead(tx.sql)
  const leaves = await selectLeaves(tx.sql, { from: head.forgottenSize, to: head.size, most: STEP })
  const ids = leaves.map(({ eventId }) => eventId)
  const events = await findSealedEvents(tx.sql, ids)
  const old = takeOld(leaves, events, before)
  const last = old.at(-1)
  if (last === undefined || !(await isInTree(tx.sql, head, last, signer))) return false
  // What was gone before its time stays known.
  const gone = old.filter((leaf) => !isAsItsLeaf(events.get(leaf.eventId), leaf))
  await recordAuditEvents(
    tx,
    gone.map(({ index, eventId }) => ({
      ...{ act: 'audit.event_missing', actor: 'system', outcome: 'done' },
      detail: { event_id: eventId, index },
    })),
  )
  await deleteForgottenEvents(
    tx,
    old.map(({ eventId }) => eventId),
  )
  const forgotten = { beforeIndex: last.index + 1, beforeTime: new Date(before).toISOString() }
  await updateForgottenSize(tx.sql, forgotten.beforeIndex)
  const detail = renderForgottenStatement(forgotten, signer)
  await recordAuditEvent(tx, { act: 'audit.forgotten', actor: 'system', outcome: 'done', detail })
  return old.length === STEP
}

/** Up to the last leaf whose event is there, is what its leaf holds, and is old: of one that is missing nobody can tell that it was. */
function takeOld(
  leaves: readonly TreeLeaf[],
  events: ReadonlyMap<string, SealedEvent>,
  before: EpochMilliseconds,
): readonly TreeLeaf[] {
  let count = 0
  for (const [at, leaf] of leaves.entries()) {
    const event = events.get(leaf.eventId)
    if (!isAsItsLeaf(event, leaf)) continue
    if (event.at >= before) break
    count = at + 1
  }
  return leaves.slice(0, count)
}

function isAsItsLeaf(event: SealedEvent | undefined, { hash }: TreeLeaf): event is SealedEvent {
  return event !== undefined && Buffer.compare(hashEvent(event), hash) === 0
}

/** Whether the signed tree has this leaf at its index: neither the leaf's row nor how far was forgotten is to be believed by itself. */
async function isInTree(
  sql: Queries,
  head: TreeHead,
  { index, hash: leaf }: TreeLeaf,
  verifier: NoteVerifier,
): Promise<boolean> {
  if (!isHeadSigned(head, verifier)) return false
  const { size, peaks } = head
  try {
    const proof = await makeInclusionProof(index, size, readTreeNodes(sql))
    return verifyInclusion({ leaf, index, size, root: rootOfPeaks(peaks), proof })
  } catch (error) {
    if (error instanceof MissingNodeError) return false
    throw error
  }
}
