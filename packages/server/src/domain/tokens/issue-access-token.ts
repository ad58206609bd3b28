import { type EpochSeconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Api } from '../apis/api.ts'
import { openApiSecret } from '../apis/open-api-secret.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { signJws, signJwsWithSecret } from '../keys/sign-jws.ts'
import {
  ACCESS_TOKEN_TYPE,
  type AccessTokenClaims,
  type AccessTokenContent,
  toAccessTokenClaims,
} from './access-token-claims.ts'

export interface AccessTokenRequest extends Omit<AccessTokenContent, 'audience' | 'expiresAt'> {
  readonly api: Api
  /** Where it is not to live as long as the API's tokens do. */
  readonly expiresAt?: EpochSeconds | undefined
}

export interface IssuedAccessToken {
  readonly token: string
  readonly jti: string
  /** From the moment at which it begins. */
  readonly expiresInSeconds: number
  /** Space-delimited, RFC 6749 §3.3. */
  readonly scope: string
}

export interface AccessTokenIssuer {
  /**
   * Issues a JWT access token for one API, once the transaction that opened or rotated its session has committed. Its `now` is one of
   * `momentAfterRevocations`, so that no revocation which stands concerns it.
   *
   * @throws Error when the API's algorithm has no signing key; `advanceSigningKeys` makes one for every registered API.
   * @see RFC 9068 §2
   */
  issueAccessToken(request: AccessTokenRequest): Promise<IssuedAccessToken>
}

export function createAccessTokenIssuer(
  issuer: string,
  { keyRing, sealer }: { readonly keyRing: KeyRing; readonly sealer: Sealer },
): AccessTokenIssuer {
  return {
    async issueAccessToken({ api, ...content }) {
      const { audience, lifetimeSeconds } = api
      const expiresAt = content.expiresAt ?? toEpochSeconds(content.now) + lifetimeSeconds
      const claims = toAccessTokenClaims(issuer, { ...content, audience, expiresAt })
      const token = await signFor(api, claims, keyRing, sealer)
      return { token, jti: claims.jti, expiresInSeconds: claims.exp - claims.iat, scope: claims.scope ?? '' }
    },
  }
}

async function signFor(api: Api, claims: AccessTokenClaims, keyRing: KeyRing, sealer: Sealer): Promise<string> {
  if (api.algorithm === 'HS256') {
    const secret = openApiSecret(sealer, api)
    if (!secret) throw new Error(`the API ${api.audience} has no secret`)
    return signJwsWithSecret(ACCESS_TOKEN_TYPE, claims, secret)
  }
  return signJws(ACCESS_TOKEN_TYPE, claims, await keyRing.getSigner(api.algorithm))
}
