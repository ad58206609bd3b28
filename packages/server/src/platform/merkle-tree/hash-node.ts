import { createHash } from 'node:crypto'

/** The hash of one leaf: SHA-256(0x00 ‖ data). @see RFC 6962 §2.1 */
export function hashLeaf(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(LEAF).update(data).digest()
}

/** The hash of two subtrees: SHA-256(0x01 ‖ left ‖ right). @see RFC 6962 §2.1 */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest()
}

/** The root of a tree without leaves. @see RFC 6962 §2.1 */
export const emptyRoot: Buffer = createHash('sha256').digest()

const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)
