import { createHash, timingSafeEqual } from 'node:crypto'

/** A plain hash suffices: the secret has 256 random bits, so there is nothing to guess. */
export function hashClientSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

export function matchesClientSecret(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashClientSecret(secret)), Buffer.from(hash))
}
