import { randomBytes, randomFillSync } from 'node:crypto'
import type { EpochMilliseconds } from '../clock/clock.ts'

/** 128 random bits as 22 base64url characters: for ids that must not be guessed. */
export function randomId(): string {
  return takeRandom().toString('base64url')
}

/**
 * 80 random bits behind the moment, as 22 base64url characters: for ids of many things made one after another, which then stand close together in an index. It tells
 * when it was made.
 */
export function timeOrderedId(moment: EpochMilliseconds): string {
  const bytes = takeRandom()
  bytes.writeUIntBE(moment, 0, 6)
  return bytes.toString('base64url')
}

/** 256 random bits as 43 base64url characters: for secrets. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

const POOL_BYTES = 4096
const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES

/** 16 random bytes, never given twice. From a pool, since asking for a few costs as much as asking for many. */
function takeRandom(): Buffer {
  if (used === POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  used += 16
  return Buffer.from(pool.subarray(used - 16, used))
}

/**
 * A UUID of version 7: the moment in its first 48 bits, 74 random bits behind.
 *
 * @see RFC 9562 §5.7
 */
export function uuidv7(moment: EpochMilliseconds): string {
  const bytes = takeRandom()
  bytes.writeUIntBE(moment, 0, 6)
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
