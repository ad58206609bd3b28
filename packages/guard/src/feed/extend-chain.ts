import { hash } from 'node:crypto'

/** The chain before the first record. */
export const emptyChain: Buffer = Buffer.alloc(32)

/** The chain after one more line, which comes without its end. */
export function extendChain(chain: Uint8Array, line: string): Buffer {
  return hash('sha256', Buffer.concat([chain, Buffer.from(line)]), 'buffer')
}
