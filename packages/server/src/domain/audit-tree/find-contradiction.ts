import type { Queries } from '../../platform/database/database.ts'
import { makeConsistencyProof } from '../../platform/merkle-tree/make-proof.ts'
import { rootOfPeaks } from '../../platform/merkle-tree/peaks.ts'
import { verifyConsistency } from '../../platform/merkle-tree/verify-proof.ts'
import { type Checkpoint, parseCheckpoint } from '../../platform/signed-note/checkpoint.ts'
import { type NoteVerifier, openNote } from '../../platform/signed-note/signed-note.ts'
import type { TreeHead } from './audit-tree-store.ts'
import { MissingNodeError, readTreeNodes } from './read-tree-nodes.ts'

/**
 * How the tree contradicts what is known of it: it is shorter than it was (`rolled_back`), holds something else than it did (`forked`), or its head is not
 * what the key signed (`unsigned`).
 */
export type Contradiction = 'rolled_back' | 'forked' | 'unsigned'

/** Whether a tree with this head goes on from an earlier one; undefined: it does. */
export async function findContradiction(
  sql: Queries,
  head: TreeHead,
  earlier: Checkpoint,
): Promise<'rolled_back' | 'forked' | undefined> {
  if (head.size < earlier.size) return 'rolled_back'
  if (earlier.size === 0) return undefined
  const to = { size: head.size, root: rootOfPeaks(head.peaks) }
  try {
    const proof = await makeConsistencyProof(earlier.size, head.size, readTreeNodes(sql))
    return verifyConsistency({ from: earlier, to, proof }) ? undefined : 'forked'
  } catch (error) {
    if (error instanceof MissingNodeError) return 'forked'
    throw error
  }
}

/** Whether the key has signed just this head. An empty tree has nothing to sign. */
export function isHeadSigned({ size, peaks, checkpoint }: TreeHead, verifier: NoteVerifier): boolean {
  if (size === 0) return checkpoint === '' && peaks.length === 0
  const signed = readOwnCheckpoint(checkpoint, verifier)
  return signed?.size === size && Buffer.compare(signed.root, rootOfPeaks(peaks)) === 0
}

/** A checkpoint that this log's key has signed; undefined for anything else. */
export function readOwnCheckpoint(note: string, verifier: NoteVerifier): Checkpoint | undefined {
  const text = openNote(note, verifier)
  const checkpoint = text === undefined ? undefined : parseCheckpoint(text)
  return checkpoint?.origin === verifier.name ? checkpoint : undefined
}
