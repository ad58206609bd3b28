import { type EpochMilliseconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Client } from '../clients/client.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { signJws } from '../keys/sign-jws.ts'
import type { LogoutNotice } from './logout-notice.ts'

/** OpenID Connect Back-Channel Logout §2.4: so that it never passes for another kind of token. */
const LOGOUT_TOKEN_TYPE = 'logout+jwt'
const LIFETIME_SECONDS = 120

/** The token that tells a client which session has ended. It has no nonce, so that it is no ID token either. */
export async function issueLogoutToken(
  issuer: string,
  keyRing: KeyRing,
  { notice, client, now }: { readonly notice: LogoutNotice; readonly client: Client; readonly now: EpochMilliseconds },
): Promise<string> {
  const iat = toEpochSeconds(now)
  const claims = {
    iss: issuer,
    aud: client.id,
    iat,
    exp: iat + LIFETIME_SECONDS,
    jti: notice.id,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    sub: notice.accountId,
    sid: notice.sessionId,
  }
  return signJws(LOGOUT_TOKEN_TYPE, claims, await keyRing.getSigner(client.idTokenAlgorithm))
}
