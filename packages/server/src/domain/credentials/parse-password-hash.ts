import { type Argon2Parameters, isAffordable, maximumParameters } from './argon2-parameters.ts'
import type { Argon2Settings, PasswordHash } from './password-hash.ts'

type PasswordHashProblem = 'not_argon2' | 'malformed' | 'impossible' | 'too_costly'

export type ParsedPasswordHash =
  | { readonly ok: true; readonly hash: PasswordHash; readonly settings: Argon2Settings }
  | { readonly ok: false; readonly reason: PasswordHashProblem; readonly sentence: string }

const sentences: Readonly<Record<PasswordHashProblem, string>> = {
  not_argon2:
    'This is not an Argon2 hash. Accepted is a PHC string such as $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>.',
  malformed:
    'This Argon2 hash is damaged. It must read $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>, with salt and hash in base64 without padding.',
  impossible:
    'No Argon2 hash has these parameters: p is at least 1, t at least 1, m at least 8 × p, the salt 8 to 64 bytes, the hash 16 to 64.',
  too_costly: `This Argon2 hash costs too much to verify: at most m=${maximumParameters.memoryKibibytes}, t=${maximumParameters.passes}, p=${maximumParameters.parallelism} and m × t = ${maximumParameters.kibibytesInAll} are accepted.`,
}

const longestHash = 512
const number = '(0|[1-9][0-9]{0,9})'
const base64 = '([A-Za-z0-9+/]+)'
const shape = new RegExp(
  `^\\$(argon2d|argon2i|argon2id)(?:\\$v=(16|19))?\\$m=${number},t=${number},p=${number}\\$${base64}\\$${base64}$`,
)

/**
 * Reads an Argon2 hash of any variant and parameters that another system made, strictly: no spaces, no leading zeros, no `keyid` or
 * `data`, canonical base64. What would cost more than about a second of a core is refused, since anybody may ask for its
 * verification.
 *
 * @see https://github.com/P-H-C/phc-string-format, RFC 9106 §3.1
 */
export function parsePasswordHash(text: string): ParsedPasswordHash {
  if (!text.startsWith('$argon2')) return refuse('not_argon2')
  const match = text.length > longestHash ? null : shape.exec(text)
  if (match === null) return refuse('malformed')
  const [, algorithm, version = '16', memory, passes, parallelism, salt = '', digest = ''] = match
  const parameters = {
    memoryKibibytes: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  }
  const saltBytes = canonicalLength(salt)
  const digestBytes = canonicalLength(digest)
  if (saltBytes === undefined || digestBytes === undefined) return refuse('malformed')
  if (!isPossible(parameters, saltBytes, digestBytes)) return refuse('impossible')
  if (!isAffordable(parameters)) return refuse('too_costly')
  const settings: Argon2Settings = {
    ...parameters,
    algorithm: algorithm as Argon2Settings['algorithm'],
    version: version === '19' ? 19 : 16,
    saltBytes,
    digestBytes,
  }
  return { ok: true, hash: text as PasswordHash, settings }
}

/** Bytes of a base64 text without padding; undefined when another text would decode to the same. */
function canonicalLength(text: string): number | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64').replace(/=+$/, '') === text ? bytes.length : undefined
}

/** RFC 9106 §3.1, with salts and digests bounded to what hashes of passwords have. */
function isPossible(
  { memoryKibibytes, passes, parallelism }: Argon2Parameters,
  saltBytes: number,
  digestBytes: number,
): boolean {
  if (parallelism < 1 || passes < 1 || memoryKibibytes < 8 * parallelism) return false
  return saltBytes >= 8 && saltBytes <= 64 && digestBytes >= 16 && digestBytes <= 64
}

function refuse(reason: PasswordHashProblem): ParsedPasswordHash {
  return { ok: false, reason, sentence: sentences[reason] }
}
