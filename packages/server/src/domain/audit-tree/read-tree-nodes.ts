import type { Queries } from '../../platform/database/database.ts'
import { hashNode } from '../../platform/merkle-tree/hash-node.ts'
import type { NodePlace, ReadNodes } from '../../platform/merkle-tree/make-proof.ts'
import { STORED_LEVELS, selectNodes } from './audit-tree-store.ts'

/** A node of the tree is not where it must be: somebody has removed rows. */
export class MissingNodeError extends Error {
  override readonly name = 'MissingNodeError'
}

/** Reads complete nodes: those of levels that are not stored are hashed from the at most 8 stored ones below. */
export function readTreeNodes(sql: Queries): ReadNodes {
  return (places) => Promise.all(places.map((place) => readNode(sql, place)))
}

async function readNode(sql: Queries, { level, position }: NodePlace): Promise<Uint8Array> {
  const above = level % STORED_LEVELS
  const count = 2 ** above
  let nodes = await selectNodes(sql, { level: level - above, position: position * count }, count)
  if (nodes.length < count) throw new MissingNodeError(`nodes of level ${level} at ${position} are missing`)
  while (nodes.length > 1) nodes = pairUp(nodes)
  return nodes[0] as Uint8Array
}

function pairUp(nodes: readonly Uint8Array[]): readonly Uint8Array[] {
  const pairs: Uint8Array[] = []
  for (let at = 0; at < nodes.length; at += 2)
    pairs.push(hashNode(nodes[at] as Uint8Array, nodes[at + 1] as Uint8Array))
  return pairs
}
