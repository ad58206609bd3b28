import { hash } from 'node:crypto'

/** What a record says of an identifier: the first 22 characters of base64url(SHA-256). */
export function hashIdentifier(identifier: string): string {
  return hash('sha256', identifier, 'base64url').slice(0, 22)
}
