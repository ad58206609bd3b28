import type { Argon2Settings } from '../password-hash.ts'

/** A hash of any make, read: how it is computed, and what must come out. */
export interface HashReading {
  /** What is stored. One text for all ways in which the same hash may be written. */
  readonly text: string
  /** The same text with zeros for its digest: it says how to compute, and holds nothing to compare with. */
  readonly recipe: string
  readonly digest: Buffer
  /** How long computing takes, in KiB × passes of Argon2 that take as long. */
  readonly work: number
  /** Whether the OWASP Password Storage Cheat Sheet asks for more of a hash of this make. */
  readonly isWeak: boolean
  /** Absent: it is not Argon2 alone. */
  readonly argon2?: Argon2Settings
  /** Computes the digest, off the event loop. Undefined, after the same time: no hash of this make was made of such a password. */
  derive(password: string): Promise<Buffer | undefined>
}

export type HashProblem = 'unknown' | 'malformed' | 'impossible' | 'too_costly' | 'refused'

export interface HashFault {
  readonly reason: HashProblem
  /** For whoever imports it. Never repeats what was given: it may be a password. */
  readonly sentence: string
}

/** What the two texts of a reading are made of. */
export interface DigestPlace {
  readonly digest: Buffer
  /** Writes the hash with this digest. */
  readonly write: (digest: Buffer) => string
}

/** A hash with this digest, and its recipe. */
export function writeTexts({ digest, write }: DigestPlace): Pick<HashReading, 'text' | 'recipe' | 'digest'> {
  return { text: write(digest), recipe: write(Buffer.alloc(digest.length)), digest }
}
