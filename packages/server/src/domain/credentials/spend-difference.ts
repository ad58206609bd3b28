import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import { type Argon2Parameters, minimumParameters } from './argon2-parameters.ts'
import { parsePasswordHash } from './parse-password-hash.ts'
import type { PasswordHash } from './password-hash.ts'
import { prepareDummyHash } from './prepare-dummy-hash.ts'
import { verifyPassword } from './verify-password.ts'

/**
 * Spends what a verification has cost less than one of our present hashes would: else the time of a refusal would tell an account whose hash
 * is from before the cost was raised from a name that nobody has.
 */
export async function spendDifference(
  hashQueue: HashQueue,
  verified: PasswordHash,
  cost: Argon2Parameters = minimumParameters,
  signal?: AbortSignal,
): Promise<void> {
  const parsed = parsePasswordHash(verified)
  if (!parsed.ok) return
  const missing = workOf(cost) - workOf(parsed.settings)
  if (missing <= 0) return
  const memoryKibibytes = Math.max(8, Math.min(cost.memoryKibibytes, missing))
  const passes = Math.max(1, Math.round(missing / memoryKibibytes))
  await verifyPassword(hashQueue, prepareDummyHash({ memoryKibibytes, passes, parallelism: 1 }), '', signal)
}

function workOf({ memoryKibibytes, passes }: Argon2Parameters): number {
  return memoryKibibytes * passes
}
