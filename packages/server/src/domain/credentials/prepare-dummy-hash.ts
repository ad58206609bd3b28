import { randomBytes } from 'node:crypto'
import { type Argon2Parameters, minimumParameters } from './argon2-parameters.ts'
import type { PasswordHash } from './password-hash.ts'

/**
 * A hash that no password is known for and that costs as much to verify as one of ours: what an account that does not exist is
 * verified against. Making it costs nothing, since nothing is hashed.
 */
export function prepareDummyHash(parameters: Argon2Parameters = minimumParameters): PasswordHash {
  const { memoryKibibytes, passes, parallelism } = parameters
  const cost = `m=${memoryKibibytes},t=${passes},p=${parallelism}`
  return `$argon2id$v=19$${cost}$${randomBase64(16)}$${randomBase64(32)}` as PasswordHash
}

function randomBase64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '')
}
