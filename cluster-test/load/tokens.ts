import { hash } from 'node:crypto'

/** What a client can read of a refresh token without knowing any key: the session, its generation, and a digest of the whole. */
export interface RefreshTokenFace {
  readonly session: string
  readonly generation: number
  readonly digest: string
}

export function readRefreshToken(token: string): RefreshTokenFace {
  const bytes = Buffer.from(token.slice('or_'.length), 'base64url')
  return {
    session: bytes.subarray(4, 20).toString('base64url'),
    generation: bytes.readUInt32BE(20),
    digest: digest(token),
  }
}

/** The account of an access token, and when it expires, in seconds since 1970. */
export function readAccessToken(token: string): { readonly account: string; readonly expiresAt: number } {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const { sub, exp } = claims as { readonly sub: string; readonly exp: number }
  return { account: sub, expiresAt: exp }
}

export function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16)
}
