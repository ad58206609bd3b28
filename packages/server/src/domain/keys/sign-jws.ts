import { constants, createHmac, sign } from 'node:crypto'
import type { Signer } from './key-ring.ts'

const headerSegments = new Map<string, string>()

/** `typ`, `alg` and `kid` are the same for all tokens of a key, so their segment is built once. */
function headerSegment(typ: string, algorithm: string, kid: string | undefined): string {
  const name = `${typ} ${algorithm} ${kid}`
  const known = headerSegments.get(name)
  if (known) return known
  // Keys come and go rarely; a bound keeps a long life from growing the map.
  if (headerSegments.size >= 100) headerSegments.clear()
  const segment = Buffer.from(JSON.stringify({ typ, alg: algorithm, ...(kid === undefined ? {} : { kid }) })).toString(
    'base64url',
  )
  headerSegments.set(name, segment)
  return segment
}

/** A JWS in compact serialization, RFC 7515 §7.1, signed with a private key. */
export function signJws(typ: string, payload: object, { algorithm, kid, privateKey }: Signer): string {
  const input = `${headerSegment(typ, algorithm, kid)}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`
  return `${input}.${signBytes(Buffer.from(input), algorithm, privateKey).toString('base64url')}`
}

/** A JWS in compact serialization under a shared secret: HS256, RFC 7518 §3.2. */
export function signJwsWithSecret(typ: string, payload: object, secret: Uint8Array): string {
  const input = `${headerSegment(typ, 'HS256', undefined)}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

function signBytes(input: Buffer, algorithm: Signer['algorithm'], key: Signer['privateKey']): Buffer {
  switch (algorithm) {
    case 'ES256':
      return sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
    case 'ES384':
      return sign('sha384', input, { key, dsaEncoding: 'ieee-p1363' })
    case 'EdDSA':
      return sign(null, input, key)
    case 'RS256':
      return sign('sha256', input, key)
    case 'PS256':
      return sign('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  }
}
