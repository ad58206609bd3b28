import { createHash } from 'node:crypto'
import type { IDToken } from 'openid-client'

/** What is wrong with a verified ID token and the access token beside it, beyond what openid-client looks at; absent: nothing. */
export function findFaultOfIdToken(idToken: string, claims: IDToken, accessToken: string): string | undefined {
  // OpenID Connect Core §2.
  const { sub } = claims as { readonly sub: unknown }
  if (typeof sub !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(sub))
    return 'the subject is not 1 to 255 ASCII characters'
  if (claims.at_hash === undefined) return undefined
  return claims.at_hash === hashHalf(idToken, accessToken) ? undefined : 'at_hash is of another access token'
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that the signature's algorithm has. Ed25519 has SHA-512. */
function hashHalf(idToken: string, accessToken: string): string {
  const [header = ''] = idToken.split('.')
  const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly alg: string }
  const bits = /^..(256|384|512)$/.exec(alg)?.[1] ?? '512'
  const hash = createHash(`sha${bits}`).update(accessToken).digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}
