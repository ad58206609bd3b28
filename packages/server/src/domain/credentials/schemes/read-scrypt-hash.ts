import { scrypt } from 'node:crypto'
import { decodePadded, decodeUnpadded, encodeUnpadded } from './base64.ts'
import { type HashFault, type HashReading, writeTexts } from './hash-reading.ts'

export interface ScryptCost {
  /** CPU and memory cost, a power of two. */
  readonly N: number
  readonly r: number
  readonly p: number
}

const mostMemoryBytes = 256 * 1024 * 1024

/** About a second of a core. */
const mostBytesInAll = 512 * 1024 * 1024

/** The least that the OWASP Password Storage Cheat Sheet accepts is N=2^13, r=8, p=10; its other choices are more. */
const leastBytesInAll = 80 * 1024 * 1024

/** KiB × passes of Argon2 that take as long as one KiB of scrypt. */
const workOfKibibyte = 4.4

const malformed: HashFault = {
  reason: 'malformed',
  sentence:
    'This scrypt hash is damaged. It must read $scrypt$ln=17,r=8,p=1$<salt>$<hash>, scrypt:131072:8:1$<salt>$<hex> as Werkzeug writes it, or scrypt$131072$<salt>$8$1$<hash> as Django does.',
}

const impossible: HashFault = {
  reason: 'impossible',
  sentence:
    'No scrypt hash that is accepted has these parameters: N is a power of two from 2, r and p are at least 1, the salt is 1 to 128 bytes, the hash 16 to 64.',
}

const tooCostly: HashFault = {
  reason: 'too_costly',
  sentence: 'This scrypt hash costs too much to verify: at most 256 MiB (128 × N × r) and 512 MiB × p are accepted.',
}

const number = '([1-9][0-9]{0,9})'
const phc = new RegExp(`^\\$scrypt\\$ln=([1-9][0-9]?),r=${number},p=${number}\\$([^$]+)\\$([^$]+)$`)
const werkzeug = new RegExp(`^scrypt:${number}:${number}:${number}\\$([^$]+)\\$((?:[0-9a-f]{2})+)$`)
const django = new RegExp(`^scrypt\\$${number}\\$([^$]+)\\$${number}\\$${number}\\$([^$]+)$`)

/** Reads scrypt as a PHC string (passlib's is one), or as Werkzeug or Django write it; for those two the salt is text. */
export function readScryptHash(text: string): HashReading | HashFault {
  const match = phc.exec(text)
  if (match !== null) {
    const [, ln, r, p, salt = '', digest = ''] = match
    return readParts(2 ** Number(ln), r, p, decodeUnpadded(salt), decodeUnpadded(digest))
  }
  const byWerkzeug = werkzeug.exec(text)
  if (byWerkzeug !== null) {
    const [, N, r, p, salt = '', digest = ''] = byWerkzeug
    return readParts(N, r, p, Buffer.from(salt), Buffer.from(digest, 'hex'))
  }
  const byDjango = django.exec(text)
  if (byDjango === null) return malformed
  const [, N, salt = '', r, p, digest = ''] = byDjango
  return readParts(N, r, p, Buffer.from(salt), decodePadded(digest))
}

function readParts(
  N: string | number | undefined,
  r: string | undefined,
  p: string | undefined,
  salt: Buffer | undefined,
  digest: Buffer | undefined,
): HashReading | HashFault {
  if (salt === undefined || digest === undefined) return malformed
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  const fault = findFaultOfCost(cost)
  if (fault !== undefined) return fault
  if (salt.length < 1 || salt.length > 128 || digest.length < 16 || digest.length > 64) return impossible
  const head = `$scrypt$ln=${Math.log2(cost.N)},r=${cost.r},p=${cost.p}$${encodeUnpadded(salt)}$`
  return {
    ...writeTexts({ digest, write: (bytes) => head + encodeUnpadded(bytes) }),
    ...weighScrypt(cost),
    derive: (password) => deriveScrypt(password, salt, cost, digest.length),
  }
}

export function findFaultOfCost({ N, r, p }: ScryptCost): HashFault | undefined {
  if (N < 2 || !Number.isInteger(Math.log2(N)) || r < 1 || p < 1) return impossible
  if (128 * N * r > mostMemoryBytes || 128 * N * r * p > mostBytesInAll) return tooCostly
  return undefined
}

export function weighScrypt({ N, r, p }: ScryptCost): Pick<HashReading, 'work' | 'isWeak'> {
  const bytesInAll = 128 * N * r * p
  return { work: (bytesInAll / 1024) * workOfKibibyte, isWeak: bytesInAll < leastBytesInAll }
}

export function deriveScrypt(password: string, salt: Buffer, { N, r, p }: ScryptCost, length: number): Promise<Buffer> {
  // Node asks for leave to use memory: what OpenSSL counts is a little more than 128 × N × r.
  const maxmem = 128 * r * (N + p + 2) + 1024
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}
