import { createHash } from 'node:crypto'

/** A plain hash suffices: the secret has 256 random bits, so there is nothing to guess. */
export function hashClientSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
