import type { EpochMilliseconds } from './claims/access-token-claims.ts'
import { deepFreeze } from './claims/deep-freeze.ts'
import type { VerifiedAccessToken } from './claims/verify-access-token.ts'
import type { AskedToken } from './feed/feed-source.ts'
import type { Outcome } from './guard.ts'
import { TokenAuth } from './token-auth.ts'
import type { TokenSignals } from './token-signals.ts'

/** A token that was verified, and between which moments it stays so. */
export interface VerifiedToken<Claims> extends AskedToken {
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
  { claims: verified, kid }: VerifiedAccessToken,
  claims: Claims,
  leewaySeconds: number,
  signals: TokenSignals,
): VerifiedToken<Claims> {
  deepFreeze(claims)
  const auth = Object.freeze(new TokenAuth(token, claims, verified, kid, signals))
  return {
    ok: true,
    outcome: Object.freeze({ kind: 'authenticated', auth }),
    validFrom: (Math.max(verified.iat, verified.nbf ?? 0) - leewaySeconds) * 1000,
    validUntil: (verified.exp + leewaySeconds) * 1000,
    isUsed: false,
    text: token,
    claims: verified,
    kid,
    deniable: undefined,
    askedVersion: -1,
    denial: undefined,
  }
}
