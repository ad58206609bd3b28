import { verify } from '@node-rs/argon2'
import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import type { PasswordHash } from './password-hash.ts'

/**
 * Whether this is the password of that hash, compared in NFC. It costs what the hash's parameters say, right or wrong.
 *
 * Throws `HashQueueFullError` when too many wait, and the signal's reason when it aborts before the turn.
 */
export async function verifyPassword(
  hashQueue: HashQueue,
  hash: PasswordHash,
  password: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const matches = await hashQueue.run(() => verify(hash, password.normalize('NFC')), signal)
  // UTF-8 has no lone surrogates: different texts would become the same bytes.
  return matches && password.isWellFormed()
}
