import { hash } from '@node-rs/argon2'
import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import { type Argon2Parameters, minimumParameters } from './argon2-parameters.ts'
import type { PasswordHash } from './password-hash.ts'

export interface HashOptions {
  /** Default: `minimumParameters`. */
  readonly parameters?: Argon2Parameters | undefined
  /** Leaves the line when it aborts before its turn. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Hashes a password with Argon2id, off the event loop, when its turn has come: the whole of it, in NFC, with 16 random bytes of
 * salt, to 32 bytes. Whether it is a good password is asked before, by `validatePassword`.
 *
 * Throws `HashQueueFullError` when too many wait.
 *
 * @see RFC 9106, NIST SP 800-63B-4 §3.1.1.2
 */
export async function hashPassword(
  hashQueue: HashQueue,
  password: string,
  { parameters = minimumParameters, signal }: HashOptions = {},
): Promise<PasswordHash> {
  const { memoryKibibytes, passes, parallelism } = parameters
  // Argon2id and version 1.3 are the package's defaults.
  const options = { memoryCost: memoryKibibytes, timeCost: passes, parallelism, outputLen: 32 }
  return (await hashQueue.run(() => hash(password.normalize('NFC'), options), signal)) as PasswordHash
}
