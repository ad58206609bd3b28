import type { PasswordHash } from './password-hash.ts'
import type { HashFault, HashReading } from './schemes/hash-reading.ts'
import { readImportedHash } from './schemes/read-imported-hash.ts'
import { readWrappedHash } from './schemes/read-wrapped-hash.ts'

export type ParsedPasswordHash =
  | { readonly ok: true; readonly hash: PasswordHash; readonly reading: HashReading }
  | ({ readonly ok: false } & HashFault)

const longestHash = 4096

const tooLong: HashFault = {
  reason: 'malformed',
  sentence: `This is too long for a hash of a password: at most ${longestHash} characters are read.`,
}

/**
 * Reads a hash that another system made, or one of ours, strictly. What would cost more than about a second of a core, or 256 MiB, is
 * refused, since anybody may ask for its verification.
 */
export function parsePasswordHash(text: string): ParsedPasswordHash {
  const reading = readText(text)
  if ('reason' in reading) return { ok: false, ...reading }
  return { ok: true, hash: reading.text as PasswordHash, reading }
}

function readText(text: string): HashReading | HashFault {
  if (text.length > longestHash) return tooLong
  return text.startsWith('$wrapped$') ? readWrappedHash(text) : readImportedHash(text)
}
