import { type EpochMilliseconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import type { IdTokenAlgorithm } from '../clients/client.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { signJws } from '../keys/sign-jws.ts'

/** RFC 8725 §3.11: a type of its own, so that it passes neither for an ID token nor for an access token. */
const USERINFO_TOKEN_TYPE = 'userinfo+jwt'

export interface UserinfoTokenRequest {
  readonly clientId: string
  readonly algorithm: IdTokenAlgorithm
  readonly claims: object
  readonly now: EpochMilliseconds
}

/** Signs an answer of userinfo for one client. @see OpenID Connect Core §5.3.2 */
export async function issueUserinfoToken(
  issuer: string,
  keyRing: KeyRing,
  { clientId, algorithm, claims, now }: UserinfoTokenRequest,
): Promise<string> {
  const signed = { ...claims, iss: issuer, aud: clientId, iat: toEpochSeconds(now) }
  return signJws(USERINFO_TOKEN_TYPE, signed, await keyRing.getSigner(algorithm))
}
