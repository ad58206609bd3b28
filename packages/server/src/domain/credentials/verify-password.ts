import { timingSafeEqual } from 'node:crypto'
import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import { listPasswordForms } from './list-password-forms.ts'
import type { PasswordHash } from './password-hash.ts'
import { readStoredHash } from './read-stored-hash.ts'
import type { HashReading } from './schemes/hash-reading.ts'

/**
 * Whether this is the password of that hash: in NFC or, where that differs, as it was typed. It costs what the hash's parameters say,
 * and as much again for a second form.
 *
 * Throws `HashQueueFullError` when too many wait, and the signal's reason when it aborts before the turn.
 */
export async function verifyPassword(
  hashQueue: HashQueue,
  hash: PasswordHash,
  password: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const reading = readStoredHash(hash)
  const matches = await hashQueue.run(() => matchesAnyForm(reading, password), signal)
  // UTF-8 has no lone surrogates: different texts would become the same bytes.
  return matches && password.isWellFormed()
}

async function matchesAnyForm(reading: HashReading, password: string): Promise<boolean> {
  for (const form of listPasswordForms(password)) {
    const digest = await reading.derive(form)
    if (digest?.length === reading.digest.length && timingSafeEqual(digest, reading.digest)) return true
  }
  return false
}
