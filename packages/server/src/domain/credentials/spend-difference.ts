import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import { type Argon2Parameters, minimumParameters } from './argon2-parameters.ts'
import { listPasswordForms } from './list-password-forms.ts'
import type { PasswordHash } from './password-hash.ts'
import { prepareDummyHash } from './prepare-dummy-hash.ts'
import { readStoredHash } from './read-stored-hash.ts'
import { verifyPassword } from './verify-password.ts'

export interface Verified {
  readonly hash: PasswordHash
  readonly password: string
}

/**
 * Spends what a verification has cost less than one of our present hashes would: else the time of a refusal would tell an account whose hash
 * is cheaper, or from before the cost was raised, from a name that nobody has.
 */
export async function spendDifference(
  hashQueue: HashQueue,
  { hash, password }: Verified,
  cost: Argon2Parameters = minimumParameters,
  signal?: AbortSignal,
): Promise<void> {
  const missing = (workOf(cost) - readStoredHash(hash).work) * listPasswordForms(password).length
  if (missing <= 0) return
  const memoryKibibytes = Math.max(8, Math.min(cost.memoryKibibytes, Math.round(missing)))
  const passes = Math.max(1, Math.round(missing / memoryKibibytes))
  await verifyPassword(hashQueue, prepareDummyHash({ memoryKibibytes, passes, parallelism: 1 }), '', signal)
}

function workOf({ memoryKibibytes, passes }: Argon2Parameters): number {
  return memoryKibibytes * passes
}
