import { createHash, timingSafeEqual } from 'node:crypto'
import { randomSecret } from '../../platform/random/random.ts'

/** A link's secret or a proof: the challenge's id, a point, and 256 random bits. Only the hash is kept. */
export function makeChallengeSecret(id: string): { readonly text: string; readonly hash: string } {
  const secret = randomSecret()
  return { text: `${id}.${secret}`, hash: hashSecret(secret) }
}

/** Absent for what can be none. */
export function parseChallengeSecret(text: string): { readonly id: string; readonly hash: string } | undefined {
  const [, id, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, hash: hashSecret(secret) }
}

/** With its challenge's id, so that equal codes of two challenges are not seen to be equal. */
export function hashCode(id: string, code: string): string {
  return hashSecret(`${id} ${code}`)
}

export function isSameHash(one: string, other: string | null): boolean {
  return other !== null && one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
