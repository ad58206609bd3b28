import { createHash } from 'node:crypto'

/** How far a log has come: how many leaves its tree has, and the tree's root. */
export interface TreeSize {
  readonly size: number
  readonly root: Buffer
}

/** Whether the larger tree goes on from the smaller one, which has one leaf at least. @see RFC 9162 §2.1.4.2 */
export function verifyConsistency(from: TreeSize, to: TreeSize, proof: readonly Buffer[]): boolean {
  let [at, last] = [from.size - 1, to.size - 1]
  for (; at % 2 === 1; at = half(at)) last = half(last)
  // A complete tree is a node of the larger one itself, and is left out of the proof.
  const [first, ...rest] = at === 0 ? [from.root, ...proof] : proof
  if (first === undefined) return false
  let [smaller, larger] = [first, first]
  for (const hash of rest) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      smaller = hashNode(hash, smaller)
      larger = hashNode(hash, larger)
      for (; at % 2 === 0 && at > 0; at = half(at)) last = half(last)
    } else larger = hashNode(larger, hash)
    at = half(at)
    last = half(last)
  }
  return last === 0 && proof.every(({ length }) => length === 32) && smaller.equals(from.root) && larger.equals(to.root)
}

/** RFC 6962 §2.1. */
function hashNode(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update('\x01').update(left).update(right).digest()
}

function half(number: number): number {
  return Math.floor(number / 2)
}
