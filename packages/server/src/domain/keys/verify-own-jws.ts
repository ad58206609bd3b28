import { createPublicKey, verify } from 'node:crypto'
import { isCanonicalJws } from './is-canonical-jws.ts'
import type { KeyRing } from './key-ring.ts'
import type { PublicJwk } from './signing-key.ts'

/**
 * The claims of a JWS that this issuer signed with a key that is published now, ES256 or RS256; absent for anything else.
 *
 * @see RFC 7515 §5.2
 */
export async function verifyOwnJws(
  keyRing: KeyRing,
  typ: string,
  token: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.')
  if (rest.length > 0 || !/^[\w-]+$/.test(`${header}${payload}${signature}`) || !isCanonicalJws(token)) return undefined
  const fields = parseSegment(header)
  if (fields?.typ !== typ || 'crit' in fields || (fields.alg !== 'ES256' && fields.alg !== 'RS256')) return undefined
  if (typeof fields.kid !== 'string') return undefined
  const { keys } = JSON.parse((await keyRing.withKey(fields.kid)).jwks) as { keys: PublicJwk[] }
  const jwk = keys.find(({ kid, alg }) => kid === fields.kid && alg === fields.alg)
  if (!jwk) return undefined
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  const input = Buffer.from(`${header}.${payload}`)
  // An RSA key has no use for the encoding.
  const isRight = verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  return isRight ? parseSegment(payload) : undefined
}

function parseSegment(segment: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
