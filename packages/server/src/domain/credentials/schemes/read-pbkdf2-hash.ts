import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { decodeAdapted, decodePadded, decodeUnpadded, encodeUnpadded } from './base64.ts'
import { type HashFault, type HashReading, writeTexts } from './hash-reading.ts'

export type Pbkdf2Hash = 'sha1' | 'sha256' | 'sha512'

export interface Pbkdf2Parts {
  readonly hash: Pbkdf2Hash
  readonly iterations: number
  readonly salt: Buffer
  readonly digest: Buffer
}

interface Pbkdf2Cost {
  /** Bytes of one block: a longer digest is computed block by block, each with all iterations. */
  readonly blockBytes: number
  /** The most that is accepted, about a second of a core without instructions for SHA. */
  readonly mostIterations: number
  /** OWASP Password Storage Cheat Sheet: fewer are weak. */
  readonly leastIterations: number
  /** KiB × passes of Argon2 that take as long as one iteration. */
  readonly workOfOne: number
}

const costs: Readonly<Record<Pbkdf2Hash, Pbkdf2Cost>> = {
  sha1: { blockBytes: 20, mostIterations: 4_000_000, leastIterations: 1_300_000, workOfOne: 0.3 },
  sha256: { blockBytes: 32, mostIterations: 4_000_000, leastIterations: 600_000, workOfOne: 0.3 },
  sha512: { blockBytes: 64, mostIterations: 1_000_000, leastIterations: 210_000, workOfOne: 1.7 },
}

const malformed: HashFault = {
  reason: 'malformed',
  sentence:
    'This PBKDF2 hash is damaged. It must read $pbkdf2-sha256$i=600000$<salt>$<hash>, or as Werkzeug, Django, passlib, ASP.NET Identity or Keycloak write it, with SHA-1, SHA-256 or SHA-512.',
}

const impossible: HashFault = {
  reason: 'impossible',
  sentence:
    'No PBKDF2 hash that is accepted has these parameters: at least 1 iteration, a salt of 1 to 128 bytes, a hash of 16 to 64.',
}

const tooCostly: HashFault = {
  reason: 'too_costly',
  sentence: `This PBKDF2 hash costs too much to verify: at most ${costs.sha256.mostIterations} iterations with SHA-1 and SHA-256 and ${costs.sha512.mostIterations} with SHA-512 are accepted, fewer where the hash is longer than one block.`,
}

const number = '([1-9][0-9]{0,9})'

interface Pbkdf2Form {
  readonly shape: RegExp
  readonly decodeSalt: (text: string) => Buffer | undefined
  readonly decodeDigest: (text: string) => Buffer | undefined
}

/** In each the groups are hash function, iterations, salt, digest. */
const forms: readonly Pbkdf2Form[] = [
  {
    // PHC string format.
    shape: new RegExp(`^\\$pbkdf2-(sha1|sha256|sha512)\\$i=${number}(?:,l=[1-9][0-9]?)?\\$([^$]+)\\$([^$]+)$`),
    decodeSalt: decodeUnpadded,
    decodeDigest: decodeUnpadded,
  },
  {
    // passlib, whose `$pbkdf2$` is SHA-1.
    shape: new RegExp(`^\\$pbkdf2(?:-(sha1|sha256|sha512))?\\$${number}\\$([^$]+)\\$([^$]+)$`),
    decodeSalt: decodeAdapted,
    decodeDigest: decodeAdapted,
  },
  {
    // passlib's LDAP form, which OpenLDAP's pw-pbkdf2 writes too.
    shape: new RegExp(`^\\{PBKDF2(?:-(SHA1|SHA256|SHA512))?\\}${number}\\$([^$]+)\\$([^$]+)$`, 'i'),
    decodeSalt: decodeAdapted,
    decodeDigest: decodeAdapted,
  },
  {
    // Werkzeug, generate_password_hash: the salt is text.
    shape: new RegExp(`^pbkdf2:(sha1|sha256|sha512):${number}\\$([^$]+)\\$([0-9a-f]+)$`),
    decodeSalt: (text) => Buffer.from(text),
    decodeDigest: decodeHex,
  },
  {
    // Django, django.contrib.auth.hashers: the salt is text.
    shape: new RegExp(`^pbkdf2_(sha1|sha256)\\$${number}\\$([^$]+)\\$([^$]+)$`),
    decodeSalt: (text) => Buffer.from(text),
    decodeDigest: decodePadded,
  },
]

/** Reads PBKDF2 as a PHC string, or as passlib, Werkzeug or Django write it. */
export function readPbkdf2Hash(text: string): HashReading | HashFault {
  for (const { shape, decodeSalt, decodeDigest } of forms) {
    const match = shape.exec(text)
    if (match === null) continue
    const [, hash = 'sha1', iterations, saltText = '', digestText = ''] = match
    const [salt, digest] = [decodeSalt(saltText), decodeDigest(digestText)]
    if (salt === undefined || digest === undefined) return malformed
    return readPbkdf2Parts({ hash: hash.toLowerCase() as Pbkdf2Hash, iterations: Number(iterations), salt, digest })
  }
  return malformed
}

/** Reads PBKDF2 whose parts came in another form. */
export function readPbkdf2Parts({ hash, iterations, salt, digest }: Pbkdf2Parts): HashReading | HashFault {
  const isPossible = Number.isSafeInteger(iterations) && iterations >= 1 && salt.length >= 1 && salt.length <= 128
  if (!isPossible || digest.length < 16 || digest.length > 64) return impossible
  const { blockBytes, mostIterations, leastIterations, workOfOne } = costs[hash]
  const iterationsInAll = iterations * Math.ceil(digest.length / blockBytes)
  if (iterationsInAll > mostIterations) return tooCostly
  const head = `$pbkdf2-${hash}$i=${iterations}$${encodeUnpadded(salt)}$`
  return {
    ...writeTexts({ digest, write: (bytes) => head + encodeUnpadded(bytes) }),
    work: iterationsInAll * workOfOne,
    isWeak: iterations < leastIterations,
    derive: (password) => promisify(pbkdf2)(password, salt, iterations, digest.length, hash),
  }
}

function decodeHex(text: string): Buffer | undefined {
  return text.length % 2 === 0 ? Buffer.from(text, 'hex') : undefined
}
