import { hash as hashByArgon2 } from '@node-rs/argon2'
import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import { type Argon2Parameters, minimumParameters } from './argon2-parameters.ts'
import type { PasswordHash } from './password-hash.ts'
import { readStoredHash } from './read-stored-hash.ts'
import { writeWrapped } from './schemes/read-wrapped-hash.ts'

/**
 * Puts Argon2id over a weak hash of another system, so that no fast hash rests in the database until its owner comes: what is stored is the
 * old hash's recipe without its digest, and Argon2id over that digest. A hash that is strong enough comes back as it is.
 *
 * Throws `HashQueueFullError` when too many wait.
 */
export async function wrapPasswordHash(
  hashQueue: HashQueue,
  hash: PasswordHash,
  parameters: Argon2Parameters = minimumParameters,
): Promise<PasswordHash> {
  const { isWeak, recipe, digest } = readStoredHash(hash)
  if (!isWeak) return hash
  const { memoryKibibytes, passes, parallelism } = parameters
  const options = { memoryCost: memoryKibibytes, timeCost: passes, parallelism, outputLen: 32 }
  const argon2Text = await hashQueue.run(() => hashByArgon2(digest, options))
  return writeWrapped(recipe, argon2Text) as PasswordHash
}
