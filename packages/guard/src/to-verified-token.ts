import type { AccessTokenClaims, EpochMilliseconds } from './claims/access-token-claims.ts'
import { deepFreeze } from './claims/deep-freeze.ts'
import type { Outcome } from './guard.ts'
import { TokenAuth } from './token-auth.ts'

/** A token that was verified, and between which moments it stays so. */
export interface VerifiedToken<Claims> {
  readonly ok: true
  readonly outcome: Extract<Outcome<Claims>, { kind: 'authenticated' }>
  readonly validFrom: EpochMilliseconds
  readonly validUntil: EpochMilliseconds
  /** Whether it was asked for since the clock hand passed. */
  isUsed: boolean
}

/** Makes what all requests with this token share, until it expires. It is frozen, since it is shared. */
export function toVerifiedToken<Claims>(
  token: string,
  verified: AccessTokenClaims,
  claims: Claims,
  leewaySeconds: number,
): VerifiedToken<Claims> {
  deepFreeze(claims)
  const auth = Object.freeze(new TokenAuth(token, claims, verified))
  return {
    ok: true,
    outcome: Object.freeze({ kind: 'authenticated', auth }),
    validFrom: (Math.max(verified.iat, verified.nbf ?? 0) - leewaySeconds) * 1000,
    validUntil: (verified.exp + leewaySeconds) * 1000,
    isUsed: false,
  }
}
