import { createHmac } from 'node:crypto'

export const issuer = 'https://login.example.com'
export const audience = 'https://api.example.com'
/** 32 bytes, as base64url text. */
export const secret = 'c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE'
/** Where the clock of all cases stands, unless a case sets another one. */
export const nowSeconds = 1_790_000_000

/** Signs an access token as RFC 9068 has it, valid for 150 s from `nowSeconds`; `claims` and `header` go over the defaults. */
export function signToken(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
  const payload = {
    iss: issuer,
    sub: 'account-1',
    aud: audience,
    client_id: 'tutorial',
    iat: nowSeconds,
    exp: nowSeconds + 150,
    jti: '01999999-0000-7000-8000-000000000001',
    scope: 'orders:read orders:write',
    ...claims,
  }
  const input = `${encode({ alg: 'HS256', typ: 'at+jwt', ...header })}.${encode(payload)}`
  return `${input}.${createHmac('sha256', Buffer.from(secret, 'base64url')).update(input).digest('base64url')}`
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
