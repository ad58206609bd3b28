import { parsePasswordHash } from './parse-password-hash.ts'
import type { PasswordHash } from './password-hash.ts'
import type { HashReading } from './schemes/hash-reading.ts'

/** Reads a hash that was checked before it was stored. Throws when it is damaged: then somebody else has written into the database. */
export function readStoredHash(hash: PasswordHash): HashReading {
  const parsed = parsePasswordHash(hash)
  if (!parsed.ok) throw new Error(`A stored password hash can't be read: ${parsed.reason}.`)
  return parsed.reading
}
