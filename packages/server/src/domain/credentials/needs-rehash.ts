import { type Argon2Parameters, isWeaker, minimumParameters } from './argon2-parameters.ts'
import { parsePasswordHash } from './parse-password-hash.ts'
import type { PasswordHash } from './password-hash.ts'

const ourSaltBytes = 16
const ourDigestBytes = 32

/** Whether the hash is of another make or weaker than what we would make now: hash the password anew when it is known, at login. */
export function needsRehash(hash: PasswordHash, parameters: Argon2Parameters = minimumParameters): boolean {
  const parsed = parsePasswordHash(hash)
  const settings = parsed.ok ? parsed.reading.argon2 : undefined
  if (settings?.algorithm !== 'argon2id' || settings.version !== 19) return true
  if (settings.saltBytes < ourSaltBytes || settings.digestBytes < ourDigestBytes) return true
  return isWeaker(settings, parameters)
}
