import { randomBytes } from 'node:crypto'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { useOnce } from '../one-time/one-time.ts'

export const CHALLENGE_LIFETIME_MS = 300_000
const MOMENT_BYTES = 6
const RANDOM_BYTES = 16
const CONTENT_BYTES = MOMENT_BYTES + RANDOM_BYTES

/** What a challenge is for, and where alone it counts. */
export interface ChallengeScope {
  readonly ceremony: 'log_in' | 'register' | 'second_factor' | 'upgrade'
  /** A hash of what only this browser has, or the session's id. */
  readonly boundTo: string
}

/**
 * Makes a challenge: when it expires, 128 random bits, and our tag. It rests nowhere until it is used, so that looking at a page writes
 * nothing, and it outlives a restart.
 *
 * @see WebAuthn Level 3 §13.4.3
 */
export function makeChallenge(sealer: Sealer, scope: ChallengeScope, now: EpochMilliseconds): string {
  const content = Buffer.alloc(CONTENT_BYTES)
  content.writeUIntBE(now + CHALLENGE_LIFETIME_MS, 0, MOMENT_BYTES)
  randomBytes(RANDOM_BYTES).copy(content, MOMENT_BYTES)
  return Buffer.concat([content, sealer.tag(content, purposeOf(scope))]).toString('base64url')
}

/** When a challenge of ours for this scope expires, past or to come; absent for any other text. */
export function findChallengeEnd(
  sealer: Sealer,
  scope: ChallengeScope,
  challenge: string,
): EpochMilliseconds | undefined {
  const bytes = Buffer.from(challenge, 'base64url')
  // One spelling only, or one challenge could be used under several names.
  if (bytes.toString('base64url') !== challenge) return undefined
  const content = bytes.subarray(0, CONTENT_BYTES)
  const isOurs = sealer.isTagOf(bytes.subarray(CONTENT_BYTES), content, purposeOf(scope))
  return isOurs ? content.readUIntBE(0, MOMENT_BYTES) : undefined
}

/** Uses a challenge that is ours. False when it is too old, or was used before. */
export async function takeChallenge(
  tx: Transaction,
  challenge: string,
  expiresAt: EpochMilliseconds,
): Promise<boolean> {
  if (expiresAt <= tx.now) return false
  return useOnce(tx, { kind: 'passkey_challenge', name: challenge, expiresAt })
}

function purposeOf({ ceremony, boundTo }: ChallengeScope): string {
  return `passkey ${ceremony} ${boundTo}`
}
