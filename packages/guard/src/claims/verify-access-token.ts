import { applyChecks, type RefusedToken, refuseToken } from '../jws/check.ts'
import type { HeaderPolicy } from '../jws/header-checks.ts'
import type { KeySet } from '../jws/key-set.ts'
import { parseJsonObject } from '../jws/parse-json-object.ts'
import { verifyJws } from '../jws/verify-jws.ts'
import type { AccessTokenClaims, EpochMilliseconds } from './access-token-claims.ts'
import { type ClaimsPolicy, claimChecks } from './claim-checks.ts'

export interface AccessTokenPolicy extends HeaderPolicy, ClaimsPolicy {}

export interface VerifiedAccessToken {
  readonly ok: true
  readonly claims: AccessTokenClaims
  /** Of the key that verified it. */
  readonly kid: string | undefined
}

/** The `typ` of an access token. @see RFC 9068 §2.1 */
export const accessTokenType = 'at+jwt'

/** What is said of a payload that can't be read. */
export const unreadableClaims: RefusedToken = refuseToken('claims', 'a JSON object in UTF-8', 'something else')

/** Verifies a JWT access token, all but its revocation. @see RFC 9068 §4 */
export function verifyAccessToken(
  token: string,
  keys: KeySet,
  policy: AccessTokenPolicy,
  now: EpochMilliseconds,
): VerifiedAccessToken | RefusedToken {
  const jws = verifyJws(token, keys, policy)
  if (!jws.ok) return jws
  const claims = parseJsonObject(jws.payload)
  if (claims === undefined) return unreadableClaims
  const refused = applyChecks(claimChecks, claims, { ...policy, now })
  if (refused !== undefined) return refused
  // The claim checks have shown every member that the type names.
  return { ok: true, claims: claims as unknown as AccessTokenClaims, kid: jws.key.kid }
}
