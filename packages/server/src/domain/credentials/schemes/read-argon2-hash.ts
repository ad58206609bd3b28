import { hashRaw } from '@node-rs/argon2'
import { type Argon2Parameters, isAffordable, maximumParameters } from '../argon2-parameters.ts'
import type { Argon2Settings } from '../password-hash.ts'
import { decodeUnpadded, encodeUnpadded } from './base64.ts'
import { type HashFault, type HashReading, writeTexts } from './hash-reading.ts'

/** The parts of a PHC string of Argon2. */
export interface Argon2Parts extends Argon2Parameters {
  readonly algorithm: Argon2Settings['algorithm']
  readonly version: Argon2Settings['version']
  readonly salt: Buffer
  readonly digest: Buffer
}

/** Argon2 takes bytes too: a wrapped hash hashes a digest. */
export interface Argon2Reading extends HashReading {
  readonly argon2: Argon2Settings
  derive(password: string | Buffer): Promise<Buffer>
}

// The package's own enumerations are constant ones, which another compiler can't read.
const algorithmNumbers = { argon2d: 0, argon2i: 1, argon2id: 2 } as const
const versionNumbers = { 16: 0, 19: 1 } as const

/** The least that the cheat sheet accepts of Argon2id is m=7168, t=5; its other choices are more. */
const leastWork = 7168 * 5

const faults = {
  malformed: {
    reason: 'malformed',
    sentence:
      'This Argon2 hash is damaged. It must read $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>, with salt and hash in base64 without padding.',
  },
  impossible: {
    reason: 'impossible',
    sentence:
      'No Argon2 hash has these parameters: p is at least 1, t at least 1, m at least 8 × p, the salt 8 to 64 bytes, the hash 16 to 64.',
  },
  tooCostly: {
    reason: 'too_costly',
    sentence: `This Argon2 hash costs too much to verify: at most m=${maximumParameters.memoryKibibytes}, t=${maximumParameters.passes}, p=${maximumParameters.parallelism} and m × t = ${maximumParameters.kibibytesInAll} are accepted.`,
  },
} as const satisfies Record<string, HashFault>

const number = '(0|[1-9][0-9]{0,9})'
const base64 = '([A-Za-z0-9+/]+)'
const shape = new RegExp(
  `^\\$(argon2d|argon2i|argon2id)(?:\\$v=(16|19))?\\$m=${number},t=${number},p=${number}\\$${base64}\\$${base64}$`,
)

/**
 * Reads a PHC string of Argon2, of any variant and parameters, strictly: no spaces, no leading zeros, no `keyid` or `data`, canonical base64.
 *
 * @see https://github.com/P-H-C/phc-string-format, RFC 9106 §3.1
 */
export function readArgon2Hash(text: string): Argon2Reading | HashFault {
  const match = shape.exec(text)
  if (match === null) return faults.malformed
  const [, algorithm, version = '16', memory, passes, parallelism, salt = '', digest = ''] = match
  const [saltBytes, digestBytes] = [decodeUnpadded(salt), decodeUnpadded(digest)]
  if (saltBytes === undefined || digestBytes === undefined) return faults.malformed
  const parts: Argon2Parts = {
    algorithm: algorithm as Argon2Settings['algorithm'],
    version: version === '19' ? 19 : 16,
    memoryKibibytes: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: saltBytes,
    digest: digestBytes,
  }
  return readArgon2Parts(parts)
}

/** Reads Argon2 whose parts came in another form. */
export function readArgon2Parts(parts: Argon2Parts): Argon2Reading | HashFault {
  if (!isPossible(parts)) return faults.impossible
  if (!isAffordable(parts)) return faults.tooCostly
  const { algorithm, version, memoryKibibytes, passes, parallelism, salt, digest } = parts
  const cost = { memoryKibibytes, passes, parallelism }
  const head = `$${algorithm}$v=${version}$m=${memoryKibibytes},t=${passes},p=${parallelism}$${encodeUnpadded(salt)}$`
  return {
    ...writeTexts({ digest, write: (bytes) => head + encodeUnpadded(bytes) }),
    work: memoryKibibytes * passes,
    isWeak: memoryKibibytes * passes < leastWork,
    argon2: { ...cost, algorithm, version, saltBytes: salt.length, digestBytes: digest.length },
    derive: (password) =>
      hashRaw(password, {
        algorithm: algorithmNumbers[algorithm],
        version: versionNumbers[version],
        memoryCost: memoryKibibytes,
        timeCost: passes,
        parallelism,
        salt,
        outputLen: digest.length,
      }),
  }
}

/** RFC 9106 §3.1, with salts and digests bounded to what hashes of passwords have. */
function isPossible({ memoryKibibytes, passes, parallelism, salt, digest }: Argon2Parts): boolean {
  if (![memoryKibibytes, passes, parallelism].every(Number.isSafeInteger)) return false
  if (parallelism < 1 || passes < 1 || memoryKibibytes < 8 * parallelism) return false
  return salt.length >= 8 && salt.length <= 64 && digest.length >= 16 && digest.length <= 64
}
