import { hashNode } from './hash-node.ts'

/** A complete subtree by its place: `level` 0 is a leaf, and `position` counts those of its level from the left. */
export interface NodePlace {
  readonly level: number
  readonly position: number
}

/** Reads the hashes of complete subtrees, in the order asked for. */
export type ReadNodes = (places: readonly NodePlace[]) => Promise<readonly Uint8Array[]>

/** Leaves from `start` up to and without `end`, as RFC 6962 divides a tree. */
interface Span {
  readonly start: number
  readonly end: number
}

/** The root of the tree's first `size` leaves, one at least. */
export async function readRoot(size: number, read: ReadNodes): Promise<Uint8Array> {
  const [root] = await hashSpans([{ start: 0, end: size }], read)
  return root as Uint8Array
}

/** That leaf `index` is in the tree of `size` leaves. @see RFC 6962 §2.1.1 */
export function makeInclusionProof(index: number, size: number, read: ReadNodes): Promise<readonly Uint8Array[]> {
  return hashSpans(pathSpans(index, { start: 0, end: size }), read)
}

/** That the tree of `to` leaves goes on from that of its first `from` leaves, one at least. @see RFC 6962 §2.1.2 */
export function makeConsistencyProof(from: number, to: number, read: ReadNodes): Promise<readonly Uint8Array[]> {
  return hashSpans(from === to ? [] : subproofSpans(from, { start: 0, end: to }, true), read)
}

function pathSpans(index: number, { start, end }: Span): Span[] {
  if (end - start === 1) return []
  const middle = start + largestPowerBelow(end - start)
  return index < middle
    ? [...pathSpans(index, { start, end: middle }), { start: middle, end }]
    : [...pathSpans(index, { start: middle, end }), { start, end: middle }]
}

function subproofSpans(from: number, { start, end }: Span, isWhole: boolean): Span[] {
  if (from === end) return isWhole ? [] : [{ start, end }]
  const middle = start + largestPowerBelow(end - start)
  return from <= middle
    ? [...subproofSpans(from, { start, end: middle }, isWhole), { start: middle, end }]
    : [...subproofSpans(from, { start: middle, end }, false), { start, end: middle }]
}

async function hashSpans(spans: readonly Span[], read: ReadNodes): Promise<Uint8Array[]> {
  const places = spans.map(splitSpan)
  const hashes = await read(places.flat())
  let used = 0
  return places.map((own) => {
    const parts = hashes.slice(used, used + own.length)
    used += own.length
    return parts.reduceRight((right, left) => hashNode(left, right))
  })
}

/** The complete subtrees that a span is made of, the largest first. */
function splitSpan({ start, end }: Span): NodePlace[] {
  const places: NodePlace[] = []
  for (let at = start; at < end; ) {
    const level = Math.floor(Math.log2(end - at))
    places.push({ level, position: at / 2 ** level })
    at += 2 ** level
  }
  return places
}

/** Of two or more. */
function largestPowerBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1))
}
