import { createHmac, randomUUID, sign } from 'node:crypto'
import type { TokenKey } from './make-key.ts'

export const issuer = 'https://login.example.com'
export const audience = 'https://api.example.com'

/** Signs an access token with the claims that Ostiary gives one: RFC 9068 §2.2, of a session and a person. */
export function signToken(key: TokenKey, changes: Readonly<Record<string, unknown>> = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    sub: `acc_${randomUUID()}`,
    aud: audience,
    client_id: 'ostiary-login',
    iat: now,
    exp: now + 7200,
    jti: randomUUID(),
    scope: 'orders:read orders:write',
    sid: `ses_${randomUUID()}`,
    auth_time: now,
    amr: ['pwd'],
    ...changes,
  }
  // A shared secret is the only one there is: Ostiary gives its tokens no kid.
  const header = encode({ typ: 'at+jwt', alg: key.algorithm, ...(key.algorithm === 'HS256' ? {} : { kid: key.kid }) })
  const input = `${header}.${encode(claims)}`
  return `${input}.${signBytes(Buffer.from(input), key).toString('base64url')}`
}

/** Signs so many tokens that differ. */
export function signTokens(key: TokenKey, count: number): string[] {
  return Array.from({ length: count }, () => signToken(key))
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function signBytes(input: Buffer, { algorithm, signWith }: TokenKey): Buffer {
  if (algorithm === 'HS256') return createHmac('sha256', signWith).update(input).digest()
  if (algorithm === 'EdDSA') return sign(null, input, signWith)
  return sign('sha256', input, { key: signWith, dsaEncoding: 'ieee-p1363' })
}
