import { type EpochMilliseconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import { uuidv7 } from '../../platform/random/random.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { openApiSecret } from '../apis/create-api.ts'
import type { Api } from '../apis/api-store.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { signJws, signJwsWithSecret } from './sign-jws.ts'

export interface AccessTokenRequest {
  readonly api: Api
  readonly subject: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly now: EpochMilliseconds
  /** Absent for tokens that come from no session. */
  readonly sessionId?: string
  /** When and how the person proved who they are; absent where no person did. */
  readonly authentication?: { readonly at: EpochMilliseconds; readonly methods: readonly string[] }
}

export interface IssuedAccessToken {
  readonly token: string
  readonly jti: string
  /** Seconds. */
  readonly expiresIn: number
  /** Space-delimited, RFC 6749 §3.3. */
  readonly scope: string
}

export interface TokenIssuer {
  /**
   * Issues a JWT access token for one API.
   *
   * @throws Error when the API's algorithm has no signing key; `advanceSigningKeys` makes one for every registered API.
   * @see RFC 9068 §2
   */
  issueAccessToken(request: AccessTokenRequest): Promise<IssuedAccessToken>
}

const ACCESS_TOKEN_TYPE = 'at+jwt'

export function createTokenIssuer(issuer: string, keyRing: KeyRing, sealer: Sealer): TokenIssuer {
  return {
    async issueAccessToken(request) {
      const { api } = request
      const claims = toClaims(issuer, request)
      return {
        token: await signFor(api, claims, keyRing, sealer),
        jti: claims.jti,
        expiresIn: api.lifetimeSeconds,
        scope: claims.scope,
      }
    },
  }
}

async function signFor(api: Api, claims: AccessTokenClaims, keyRing: KeyRing, sealer: Sealer): Promise<string> {
  if (api.algorithm === 'HS256') {
    const secret = openApiSecret(sealer, api)
    if (!secret) throw new Error(`the API ${api.audience} has no secret`)
    return signJwsWithSecret(ACCESS_TOKEN_TYPE, claims, secret)
  }
  const signer = (await keyRing.current()).findSigner(api.algorithm)
  if (!signer) throw new Error(`no signing key for ${api.algorithm}`)
  return signJws(ACCESS_TOKEN_TYPE, claims, signer)
}

interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string
  readonly client_id: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
  readonly scope: string
  readonly sid?: string
  readonly auth_time?: number
  readonly amr?: readonly string[]
}

/** RFC 9068 §2.2. `jti` is a UUIDv7, so it carries the issuing time in milliseconds. */
function toClaims(issuer: string, request: AccessTokenRequest): AccessTokenClaims {
  const { api, subject, clientId, scopes, now, sessionId, authentication } = request
  const iat = toEpochSeconds(now)
  return {
    iss: issuer,
    sub: subject,
    aud: api.audience,
    client_id: clientId,
    iat,
    exp: iat + api.lifetimeSeconds,
    jti: uuidv7(now),
    scope: scopes.join(' '),
    ...(sessionId === undefined ? {} : { sid: sessionId }),
    ...(authentication && { auth_time: toEpochSeconds(authentication.at), amr: authentication.methods }),
  }
}
