import { createHash } from 'node:crypto'
import { type EpochMilliseconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import { acrOf } from '../assurance/acr.ts'
import type { Client } from '../clients/client.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { signJws } from '../keys/sign-jws.ts'
import { verifyOwnJws } from '../keys/verify-own-jws.ts'
import type { Session } from '../sessions/session.ts'

/** The typ of an ID token: RFC 7519 §5.1. With it none passes for an access token, nor the other way round. */
const ID_TOKEN_TYPE = 'JWT'
const LIFETIME_SECONDS = 300

export interface IdTokenRequest {
  readonly session: Session
  readonly client: Client
  /** As the client sent it; absent at a refresh (OpenID Connect Core §12.2). */
  readonly nonce: string | undefined
  readonly accessToken: string
  readonly now: EpochMilliseconds
}

/** Issues an ID token. @see OpenID Connect Core §2, §3.1.3.6 */
export async function issueIdToken(
  issuer: string,
  keyRing: KeyRing,
  { session, client, nonce, accessToken, now }: IdTokenRequest,
): Promise<string> {
  const iat = toEpochSeconds(now)
  const claims = {
    iss: issuer,
    sub: session.accountId,
    aud: client.id,
    exp: iat + LIFETIME_SECONDS,
    iat,
    auth_time: toEpochSeconds(session.authenticatedAt),
    ...(nonce === undefined ? {} : { nonce }),
    // How somebody proved elsewhere who they are is not known here, so nothing is claimed of it.
    ...(session.methods.length > 0 && { acr: acrOf(session.methods), amr: session.methods }),
    sid: session.id,
    ...(session.organizationId === undefined ? {} : { org_id: session.organizationId }),
    // The left half of the hash: both algorithms hash with SHA-256.
    at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
  }
  return signJws(ID_TOKEN_TYPE, claims, await keyRing.getSigner(client.idTokenAlgorithm))
}

/** Whom an ID token of ours is about, expired or not; absent for any other text. */
export interface HintedIdentity {
  readonly accountId: string
  readonly clientId: string
  readonly sessionId: string | undefined
}

/** Reads an `id_token_hint`: OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2. */
export async function verifyIdTokenHint(
  issuer: string,
  keyRing: KeyRing,
  token: string,
): Promise<HintedIdentity | undefined> {
  const claims = await verifyOwnJws(keyRing, ID_TOKEN_TYPE, token)
  const { iss, sub, aud, sid } = claims ?? {}
  if (iss !== issuer || typeof sub !== 'string' || typeof aud !== 'string') return undefined
  return { accountId: sub, clientId: aud, sessionId: typeof sid === 'string' ? sid : undefined }
}
