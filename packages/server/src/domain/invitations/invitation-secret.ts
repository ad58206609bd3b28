import { createHash, timingSafeEqual } from 'node:crypto'
import { randomSecret } from '../../platform/random/random.ts'

/** What stands in the link of an invitation, and the hash that is kept of it. */
export function issueInvitationSecret(id: string): { readonly text: string; readonly hash: string } {
  const secret = randomSecret()
  return { text: `${id}${secret}`, hash: hashSecret(secret) }
}

/** Absent for what is no secret of an invitation. */
export function parseInvitationSecret(text: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = /^([\w-]{22})([\w-]{43})$/.exec(text) ?? []
  return id && secret ? { id, secret } : undefined
}

export function fitsInvitationSecret(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(hash))
}

/** A plain hash suffices: there is nothing to guess in 256 random bits. */
function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
