import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'

const MINUTE_MS = 60_000
/** Each minute has a nonce, which is good in the two that follow as well. */
const OLDEST_MS = 3 * MINUTE_MS
/** Another instance may be a little ahead. */
const EARLIEST_MS = 15_000
const MINUTE_BYTES = 4
const PURPOSE = 'dpop nonce'

/**
 * The nonce that the next proof shall carry: the minute, and what only who knows the secret can make of it. So all instances give the same, and each knows
 * again what another one gave, without asking anybody.
 *
 * @see RFC 9449 §8
 */
export function makeNonce(sealer: Sealer, now: EpochMilliseconds): string {
  const minute = Buffer.alloc(MINUTE_BYTES)
  minute.writeUInt32BE(Math.floor(now / MINUTE_MS))
  return Buffer.concat([minute, sealer.tag(minute, PURPOSE)]).toString('base64url')
}

/** Whether a nonce is one of ours, and of the last minutes. */
export function isCurrentNonce(sealer: Sealer, nonce: unknown, now: EpochMilliseconds): boolean {
  if (typeof nonce !== 'string') return false
  const bytes = Buffer.from(nonce, 'base64url')
  if (bytes.length <= MINUTE_BYTES || bytes.toString('base64url') !== nonce) return false
  const minute = bytes.subarray(0, MINUTE_BYTES)
  const age = now - minute.readUInt32BE() * MINUTE_MS
  return age < OLDEST_MS && age >= -EARLIEST_MS && sealer.isTagOf(bytes.subarray(MINUTE_BYTES), minute, PURPOSE)
}
