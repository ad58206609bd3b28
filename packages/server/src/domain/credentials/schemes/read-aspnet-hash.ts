import { decodePadded } from './base64.ts'
import type { HashFault, HashReading } from './hash-reading.ts'
import { type Pbkdf2Hash, readPbkdf2Parts } from './read-pbkdf2-hash.ts'

const malformed: HashFault = {
  reason: 'malformed',
  sentence: 'This hash of ASP.NET Identity is damaged: it is one base64 text of version 2 (49 bytes) or version 3.',
}

/** KeyDerivationPrf by its number. */
const functions: readonly Pbkdf2Hash[] = ['sha1', 'sha256', 'sha512']

/**
 * Reads what the PasswordHasher of ASP.NET Core Identity writes. Version 2: a zero, 16 bytes of salt, 32 of PBKDF2-HMAC-SHA1 with 1,000
 * iterations. Version 3: a one, then function, iterations and length of the salt as 32-bit numbers, salt, digest.
 *
 * @see https://github.com/dotnet/aspnetcore/blob/main/src/Identity/Extensions.Core/src/PasswordHasher.cs
 */
export function readAspnetHash(text: string): HashReading | HashFault {
  const bytes = decodePadded(text)
  if (bytes?.[0] === 0 && bytes.length === 49)
    return readPbkdf2Parts({
      hash: 'sha1',
      iterations: 1000,
      salt: bytes.subarray(1, 17),
      digest: bytes.subarray(17),
    })
  if (bytes?.[0] !== 1 || bytes.length < 13) return malformed
  const hash = functions[bytes.readUInt32BE(1)]
  const saltEnd = 13 + bytes.readUInt32BE(9)
  if (hash === undefined || saltEnd >= bytes.length) return malformed
  const [salt, digest] = [bytes.subarray(13, saltEnd), bytes.subarray(saltEnd)]
  return readPbkdf2Parts({ hash, iterations: bytes.readUInt32BE(5), salt, digest })
}
