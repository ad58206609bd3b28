import { type EpochSeconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { inSpan } from '../../platform/tracing/in-span.ts'
import { findCarriedPermissions } from '../accounts/list-effective-permissions.ts'
import { ADMIN_AUDIENCE } from '../apis/admin-api.ts'
import type { Api } from '../apis/api.ts'
import { openApiSecret } from '../apis/open-api-secret.ts'
import { mayAdminister } from '../clients/admit-to-api.ts'
import { findClient } from '../clients/find-client.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { signJws, signJwsWithSecret } from '../keys/sign-jws.ts'
import { type CarryLimit, NOTHING_CARRIED } from '../roles/carry-permissions.ts'
import {
  ACCESS_TOKEN_TYPE,
  type AccessTokenClaims,
  type AccessTokenContent,
  toAccessTokenClaims,
} from './access-token-claims.ts'

export interface AccessTokenRequest
  extends Omit<AccessTokenContent, 'audience' | 'expiresAt' | 'roles' | 'permissions'> {
  readonly api: Api
  /** Where the token comes from another one: which permissions that one allows. Default: all. */
  readonly allows?: CarryLimit['allows']
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
   * `momentAfterRevocations`, so that no revocation which stands concerns it. What an account may is read here, after that moment was
   * taken: a change that comes later concerns the token.
   *
   * @throws Error when the API's algorithm has no signing key; `advanceSigningKeys` makes one for every registered API.
   * @see RFC 9068 §2
   */
  issueAccessToken(request: AccessTokenRequest): Promise<IssuedAccessToken>
}

export function createAccessTokenIssuer(
  issuer: string,
  { database, keyRing, sealer }: { readonly database: Database; readonly keyRing: KeyRing; readonly sealer: Sealer },
): AccessTokenIssuer {
  return {
    async issueAccessToken({ api, allows, ...content }) {
      const { audience, lifetimeSeconds } = api
      const { subject: accountId, organizationId, clientId, scopes } = content
      if (audience === ADMIN_AUDIENCE) await assertMayAdminister(database, content)
      // RFC 9068 §2.2: a client that acts for itself is the subject. It has scopes, and no permissions.
      const mayCarry = api.permissions.length > 0 && accountId !== clientId
      const limit = { accountId, organizationId, audience, scopes, ...(allows && { allows }) }
      const carried = mayCarry ? await findCarriedPermissions(database.read, limit) : NOTHING_CARRIED
      const expiresAt = content.expiresAt ?? toEpochSeconds(content.now) + lifetimeSeconds
      const claims = toAccessTokenClaims(issuer, { ...content, ...carried, audience, expiresAt })
      const span = { name: 'token sign', attributes: { 'ostiary.token.algorithm': api.algorithm } }
      const token = await inSpan(span, () => signFor(api, claims, keyRing, sealer))
      return { token, jti: claims.jti, expiresInSeconds: claims.exp - claims.iat, scope: claims.scope ?? '' }
    },
  }
}

/** Whoever asks was refused before; this holds whatever way a token is asked for, also one that is added later. */
async function assertMayAdminister(
  { read }: Database,
  {
    clientId,
    scopes,
    actor,
    organizationId,
  }: Pick<AccessTokenContent, 'clientId' | 'scopes' | 'actor' | 'organizationId'>,
): Promise<void> {
  const mayHave = mayAdminister(await findClient(read, clientId), scopes)
  if (!mayHave || actor !== undefined || organizationId !== undefined)
    throw new Error('a token of the Admin API was asked for that nobody may have')
}

async function signFor(api: Api, claims: AccessTokenClaims, keyRing: KeyRing, sealer: Sealer): Promise<string> {
  if (api.algorithm === 'HS256') {
    const secret = openApiSecret(sealer, api)
    if (!secret) throw new Error(`the API ${api.audience} has no secret`)
    return signJwsWithSecret(ACCESS_TOKEN_TYPE, claims, secret)
  }
  return signJws(ACCESS_TOKEN_TYPE, claims, await keyRing.getSigner(api.algorithm))
}
