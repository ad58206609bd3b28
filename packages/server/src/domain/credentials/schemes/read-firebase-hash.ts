import { createCipheriv } from 'node:crypto'
import { decodePadded, encodeUnpadded } from './base64.ts'
import { type HashFault, type HashReading, writeTexts } from './hash-reading.ts'
import { deriveScrypt, findFaultOfCost, weighScrypt } from './read-scrypt-hash.ts'

const malformed: HashFault = {
  reason: 'malformed',
  sentence:
    'This Firebase hash is damaged. It must read $firebase-scrypt$rounds=8,mem_cost=14,salt_separator=Bw==$<signer key>$<salt>$<hash>, with what the Firebase console shows of the project and what `firebase auth:export` says of the account.',
}

const shape =
  /^\$firebase-scrypt\$rounds=([1-9][0-9]?),mem_cost=([1-9][0-9]?),salt_separator=([^$,]*)\$([^$]+)\$([^$]+)\$([^$]+)$/

/**
 * Reads a hash of Firebase Authentication: scrypt over password and salt ‖ separator, whose result encrypts the project's signer key by
 * AES-256-CTR. Firebase has no text for it; ours holds its parameters under its own names, with base64 as it shows it.
 *
 * @see https://github.com/firebase/scrypt
 */
export function readFirebaseHash(text: string): HashReading | HashFault {
  const match = shape.exec(text)
  if (match === null) return malformed
  const [, rounds, memoryCost, ...texts] = match
  const [separator, signerKey, salt, digest] = texts.map(decodeAnyBase64)
  if (separator === undefined || signerKey === undefined || salt === undefined || digest === undefined) return malformed
  if (separator.length > 16 || signerKey.length > 128 || salt.length < 1 || salt.length > 64) return malformed
  // The digest is the signer key, encrypted.
  if (digest.length !== signerKey.length || signerKey.length < 16) return malformed
  const cost = { N: 2 ** Number(memoryCost), r: Number(rounds), p: 1 }
  const fault = findFaultOfCost(cost)
  if (fault !== undefined) return fault
  const [separatorText, keyText, saltText] = [separator, signerKey, salt].map(encodeUnpadded)
  const head = `$firebase-scrypt$rounds=${rounds},mem_cost=${memoryCost},salt_separator=${separatorText}$${keyText}$${saltText}$`
  return {
    ...writeTexts({ digest, write: (bytes) => head + encodeUnpadded(bytes) }),
    ...weighScrypt(cost),
    derive: async (password) => {
      const key = await deriveScrypt(password, Buffer.concat([salt, separator]), cost, 32)
      return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(signerKey)
    },
  }
}

/** The console writes base64 with padding, the export base64url. */
function decodeAnyBase64(text: string): Buffer | undefined {
  return decodePadded(text.replaceAll('-', '+').replaceAll('_', '/'))
}
