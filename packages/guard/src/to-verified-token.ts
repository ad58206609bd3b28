import type { EpochMilliseconds } from './claims/access-token-claims.ts'
import { deepFreeze } from './claims/deep-freeze.ts'
import type { VerifiedAccessToken } from './claims/verify-access-token.ts'
import type { Outcome } from './guard.ts'
import { TokenAuth } from './token-auth.ts'

/** A token that was verified, and between which moments it stays so. */
export interface VerifiedToken<Claims> {
  readonly ok: true
  readonly verified: VerifiedAccessToken
  readonly outcome: Extract<Outcome<Claims>, { kind: 'authenticated' }>
  readonly validFrom: EpochMilliseconds
  readonly validUntil: EpochMilliseconds
  /** Whether it was asked for since the clock hand passed. */
  isUsed: boolean
  /** The version of the deny set in which it was last looked for and not found. */
  clearedVersion: number
}

/** Makes what all requests with this token share, until it expires. It is frozen, since it is shared. */
export function toVerifiedToken<Claims>(
  token: string,
  verified: VerifiedAccessToken,
  claims: Claims,
  leewaySeconds: number,
  watch: (token: VerifiedToken<Claims>) => AbortSignal,
): VerifiedToken<Claims> {
  deepFreeze(claims)
  const { iat, nbf, exp } = verified.claims
  const auth = Object.freeze(new TokenAuth(token, claims, verified.claims, () => watch(made)))
  const made: VerifiedToken<Claims> = {
    ok: true,
    verified,
    outcome: Object.freeze({ kind: 'authenticated', auth }),
    validFrom: (Math.max(iat, nbf ?? 0) - leewaySeconds) * 1000,
    validUntil: (exp + leewaySeconds) * 1000,
    isUsed: false,
    clearedVersion: -1,
  }
  return made
}
