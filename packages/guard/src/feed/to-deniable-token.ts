import type { AccessTokenClaims, EpochMilliseconds } from '../claims/access-token-claims.ts'
import type { DeniableToken, IdentifiedKind } from './deny-set.ts'
import { hashIdentifier } from './hash-identifier.ts'

/** Makes a token one that a deny set can be asked about. What is hashed once is kept. */
export function toDeniableToken(claims: AccessTokenClaims, kid: string | undefined): DeniableToken {
  const { sid, jti, sub, client_id } = claims
  const identifiers = { s: sid, r: sid, j: jti, u: sub, c: client_id, k: kid }
  const hashes: Partial<Record<IdentifiedKind, string>> = {}
  return {
    issuedAt: readIssuedAt(claims),
    hashOf: (kind) => {
      const identifier = identifiers[kind]
      if (identifier === undefined) return undefined
      hashes[kind] ??= hashIdentifier(identifier)
      return hashes[kind]
    },
  }
}

// RFC 9562 §5.7: 48 bits of milliseconds, then the version and, two bits of it, the variant.
const uuidV7 = /^([\da-f]{8})-([\da-f]{4})-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i

function readIssuedAt({ jti, iat }: AccessTokenClaims): EpochMilliseconds {
  const [, high, low] = uuidV7.exec(jti) ?? []
  return high === undefined || low === undefined ? iat * 1000 : Number.parseInt(high + low, 16)
}
