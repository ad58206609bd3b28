import type { Queries } from '../../platform/database/database.ts'
import { makeConsistencyProof, makeInclusionProof } from '../../platform/merkle-tree/make-proof.ts'
import { type NoteVerifier, renderVerifierKey } from '../../platform/signed-note/signed-note.ts'
import { findSealedEvents } from '../audit/pending-events.ts'
import { selectHead, selectLeavesOf } from './audit-tree-store.ts'
import { type ProofBundle, renderEvent } from './proof-bundle.ts'
import { readTreeNodes } from './read-tree-nodes.ts'

/** The newest signed checkpoint; undefined before the first event. */
export async function findCheckpoint(sql: Queries): Promise<string | undefined> {
  return (await selectHead(sql)).checkpoint || undefined
}

/** Hashes that prove that the tree of `to` leaves goes on from its first `from`; undefined when it has not come so far. */
export async function proveConsistency(
  sql: Queries,
  from: number,
  to: number,
): Promise<readonly Uint8Array[] | undefined> {
  if (from < 1 || from > to || to > (await selectHead(sql)).size) return undefined
  return makeConsistencyProof(from, to, readTreeNodes(sql))
}

/** Hashes that prove that leaf `index` is in the tree of `size` leaves; undefined when it has not come so far. */
export async function proveInclusion(
  sql: Queries,
  index: number,
  size: number,
): Promise<readonly Uint8Array[] | undefined> {
  if (index < 0 || index >= size || size > (await selectHead(sql)).size) return undefined
  return makeInclusionProof(index, size, readTreeNodes(sql))
}

/** An event with all by which somebody without this database can check it; undefined when the tree does not hold it, or it is forgotten. */
export async function proveEvent(
  sql: Queries,
  eventId: string,
  verifier: NoteVerifier,
): Promise<ProofBundle | undefined> {
  // The head first: it holds every leaf that is found afterwards, or the leaf is younger.
  const head = await selectHead(sql)
  const [leaf] = await selectLeavesOf(sql, [eventId])
  const event = (await findSealedEvents(sql, [eventId])).get(eventId)
  if (!leaf || !event || leaf.index >= head.size) return undefined
  const proof = await makeInclusionProof(leaf.index, head.size, readTreeNodes(sql))
  return {
    ...renderEvent(event),
    index: leaf.index,
    inclusion: proof.map((hash) => Buffer.from(hash).toString('base64')),
    checkpoint: head.checkpoint,
    key: renderVerifierKey(verifier),
  }
}

/** Where events stand in the tree; those that it does not hold yet are left out. */
export async function findLeafIndexes(sql: Queries, eventIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  return new Map((await selectLeavesOf(sql, eventIds)).map(({ eventId, index }) => [eventId, index]))
}
