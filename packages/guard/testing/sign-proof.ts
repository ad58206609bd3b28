import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { audience, nowSeconds } from './sign-token.ts'

/** A key of a client, and what its tokens are bound to. */
export interface ClientKey {
  readonly privateKey: KeyObject
  readonly jwk: Readonly<Record<string, unknown>>
  readonly jkt: string
}

export function createClientKey(): ClientKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }) }
  const { crv, kty, x, y } = jwk
  return { privateKey, jwk, jkt: hash(JSON.stringify({ crv, kty, x, y })) }
}

/** Signs a proof as RFC 9449 §4.2 has it, for a GET of `/guarded`; `claims` and `header` go over the defaults, and undefined leaves one out. */
export function signProof(
  { privateKey, jwk }: ClientKey,
  token: string,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): string {
  const payload = {
    jti: 'proof-1',
    htm: 'GET',
    htu: `${audience}/guarded`,
    iat: nowSeconds,
    ath: hash(token),
    ...claims,
  }
  const input = `${encode({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })}.${encode(payload)}`
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
