import { decodePadded } from './base64.ts'
import type { HashFault, HashReading } from './hash-reading.ts'
import { readArgon2Parts } from './read-argon2-hash.ts'
import { type Pbkdf2Hash, readPbkdf2Parts } from './read-pbkdf2-hash.ts'

const malformed: HashFault = {
  reason: 'malformed',
  sentence:
    'This Keycloak credential is damaged. It is the object from `credentials` of an exported user: {"credentialData":"…","secretData":"…"}, of PBKDF2 or Argon2.',
}

const functions: Readonly<Record<string, Pbkdf2Hash>> = {
  pbkdf2: 'sha1',
  'pbkdf2-sha256': 'sha256',
  'pbkdf2-sha512': 'sha512',
}

const argon2Types = { d: 'argon2d', i: 'argon2i', id: 'argon2id' } as const

/**
 * Reads a password as Keycloak exports it: JSON that holds JSON.
 *
 * @see https://www.keycloak.org/server/importExport
 */
export function readKeycloakCredential(text: string): HashReading | HashFault {
  const credential = parseObject(text)
  const data = parseObject(credential?.credentialData)
  const secret = parseObject(credential?.secretData)
  const { algorithm, hashIterations: iterations } = data ?? {}
  const salt = typeof secret?.salt === 'string' ? decodePadded(secret.salt) : undefined
  const digest = typeof secret?.value === 'string' ? decodePadded(secret.value) : undefined
  if (typeof algorithm !== 'string' || typeof iterations !== 'number') return malformed
  if (salt === undefined || digest === undefined) return malformed
  if (algorithm === 'argon2') return readArgon2(parseObject(data?.additionalParameters), iterations, salt, digest)
  const hash = Object.hasOwn(functions, algorithm) ? functions[algorithm] : undefined
  return hash === undefined ? malformed : readPbkdf2Parts({ hash, iterations, salt, digest })
}

function readArgon2(
  parameters: Readonly<Record<string, unknown>> | undefined,
  passes: number,
  salt: Buffer,
  digest: Buffer,
): HashReading | HashFault {
  const first = (name: string): unknown => [parameters?.[name]].flat()[0]
  const type = first('type')
  const version = first('version')
  if (type !== 'd' && type !== 'i' && type !== 'id') return malformed
  if (version !== '1.0' && version !== '1.3') return malformed
  return readArgon2Parts({
    algorithm: argon2Types[type],
    version: version === '1.3' ? 19 : 16,
    memoryKibibytes: Number(first('memory')),
    passes,
    parallelism: Number(first('parallelism')),
    salt,
    digest,
  })
}

/** An object, or JSON of one. */
function parseObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'string') return isObject(value) ? value : undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
