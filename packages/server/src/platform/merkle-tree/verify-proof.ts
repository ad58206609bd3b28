import { emptyRoot, hashNode } from './hash-node.ts'

export interface InclusionClaim {
  readonly leaf: Uint8Array
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** Whether the leaf is at this place of the tree with this root. @see RFC 9162 §2.1.3.2 */
export function verifyInclusion({ leaf, index, size, root, proof }: InclusionClaim): boolean {
  if (index < 0 || index >= size) return false
  let [at, last] = [index, size - 1]
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      hash = hashNode(sibling, hash)
      // At the right edge levels without a sibling are skipped.
      while (at % 2 === 0 && at > 0) [at, last] = [half(at), half(last)]
    } else hash = hashNode(hash, sibling)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && Buffer.compare(hash, root) === 0
}

export interface ConsistencyClaim {
  readonly from: { readonly size: number; readonly root: Uint8Array }
  readonly to: { readonly size: number; readonly root: Uint8Array }
  readonly proof: readonly Uint8Array[]
}

/** Whether the larger tree goes on from the smaller one. @see RFC 9162 §2.1.4.2 */
export function verifyConsistency({ from, to, proof }: ConsistencyClaim): boolean {
  if (from.size > to.size) return false
  if (from.size === to.size) return proof.length === 0 && Buffer.compare(from.root, to.root) === 0
  if (from.size === 0) return proof.length === 0 && Buffer.compare(from.root, emptyRoot) === 0
  const isPower = Number.isInteger(Math.log2(from.size))
  const [first, ...rest] = isPower ? [from.root, ...proof] : proof
  const roots = first && foldBoth(from.size, to.size, first, rest)
  if (roots === undefined) return false
  return Buffer.compare(roots[0], from.root) === 0 && Buffer.compare(roots[1], to.root) === 0
}

/** The roots of both trees, as the proof has them; undefined when it has not as many hashes as it must. */
function foldBoth(
  fromSize: number,
  toSize: number,
  first: Uint8Array,
  rest: readonly Uint8Array[],
): readonly [Uint8Array, Uint8Array] | undefined {
  let [at, last] = [fromSize - 1, toSize - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  let [smaller, larger] = [first, first]
  for (const hash of rest) {
    if (last === 0) return undefined
    if (at % 2 === 1 || at === last) {
      smaller = hashNode(hash, smaller)
      larger = hashNode(hash, larger)
      while (at % 2 === 0 && at > 0) [at, last] = [half(at), half(last)]
    } else larger = hashNode(larger, hash)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 ? [smaller, larger] : undefined
}

function half(number: number): number {
  return Math.floor(number / 2)
}
