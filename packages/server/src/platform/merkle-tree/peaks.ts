import { emptyRoot, hashNode } from './hash-node.ts'

/** The roots of the complete subtrees that a tree is made of, the largest first: one for each 1 in the size's binary digits. */
export type Peaks = readonly Uint8Array[]

/** A complete subtree: `level` 0 is a leaf, and `position` counts those of its level from the left. */
export interface CompleteNode {
  readonly level: number
  readonly position: number
  readonly hash: Uint8Array
}

export interface Appended {
  readonly size: number
  readonly peaks: Peaks
  /** Every node above the leaves that has become complete. */
  readonly completed: readonly CompleteNode[]
}

/** A tree with more leaves at its right. */
export function appendLeaves(size: number, peaks: Peaks, leaves: readonly Uint8Array[]): Appended {
  const stack = [...peaks]
  const completed: CompleteNode[] = []
  let count = size
  for (const leaf of leaves) {
    stack.push(leaf)
    count += 1
    // Each 0 at the end of the new size's binary digits is a pair of subtrees that are now one.
    for (let rest = count, level = 1; rest % 2 === 0; rest /= 2, level += 1) {
      const [left, right] = stack.splice(-2)
      if (!left || !right) throw new RangeError('the peaks are not those of a tree of this size')
      const hash = hashNode(left, right)
      stack.push(hash)
      completed.push({ level, position: rest / 2 - 1, hash })
    }
  }
  return { size: count, peaks: stack, completed }
}

/** The root of the tree that has these peaks. @see RFC 6962 §2.1 */
export function rootOfPeaks(peaks: Peaks): Uint8Array {
  if (peaks.length === 0) return emptyRoot
  return peaks.reduceRight((right, left) => hashNode(left, right))
}
