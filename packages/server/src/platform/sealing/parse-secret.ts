import { SealingError } from './sealing-error.ts'

const SHORTEST_SECRET_BYTES = 32

/**
 * The bytes of a secret as `ostiary secret` prints it: base64url, 32 bytes or more.
 *
 * @throws SealingError `malformed_secret`
 */
export function parseSecret(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length >= SHORTEST_SECRET_BYTES && bytes.toString('base64url') === text) return bytes
  throw new SealingError(
    'malformed_secret',
    'A secret must be 32 bytes or more in base64url. Make one with `ostiary secret`.',
  )
}
