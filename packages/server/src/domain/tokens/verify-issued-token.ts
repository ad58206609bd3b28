import { type AccessTokenClaims, createGuard, type Guard, TokenError } from '@ostiary/guard'
import { allowUnprovenTokens } from '@ostiary/guard/dpop'
import type { Clock, EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Api } from '../apis/api.ts'
import { listApis } from '../apis/list-apis.ts'
import { openApiSecret } from '../apis/open-api-secret.ts'
import { identityApi } from '../apis/resolve-grant.ts'
import type { KeyRing } from '../keys/key-ring.ts'

export interface IssuedTokenDeps {
  readonly issuer: string
  readonly keyRing: KeyRing
  readonly sealer: Sealer
  readonly clock: Clock
}

/** An access token of ours that has not expired; whether it was revoked is another question, and whether who has it has its key too. */
export interface VerifiedIssuedToken {
  readonly jti: string
  readonly subject: string
  readonly clientId: string
  readonly audience: string
  readonly sessionId: string | undefined
  /** The thumbprint of the key that it is bound to. */
  readonly jkt: string | undefined
  readonly issuedAt: EpochMilliseconds
  /** Whether the API that it is for could have made it itself (HS256): then it says nothing to anybody else, the server included. */
  readonly isOfSharedSecret: boolean
  readonly claims: AccessTokenClaims
}

/** Verifies an access token just as a guard of its API would; undefined for whatever that would refuse. */
export async function verifyIssuedToken(
  deps: IssuedTokenDeps,
  sql: Queries,
  token: string,
): Promise<VerifiedIssuedToken | undefined> {
  const audience = readSegment(token, 1)?.aud
  // The server itself before an API that somebody registered under its name, and whose secret they would have.
  const api = [identityApi(deps.issuer), ...(await listApis(sql))].find((known) => known.audience === audience)
  if (!api) return undefined
  const guard = await obtainGuard(deps, api, readSegment(token, 0)?.kid)
  try {
    return toVerified(api, await guard.verify(token))
  } catch (error) {
    if (error instanceof TokenError) return undefined
    throw error
  }
}

/** The header (0) or the claims (1) of a JWS. Not believed: only to find whose keys verify the token. */
function readSegment(token: string, index: 0 | 1): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** A guard, and what it was made of: importing keys costs more than verifying with them. */
interface ApiGuard {
  readonly guard: Guard
  readonly keys: string
}

const guardsOfKeyRings = new WeakMap<KeyRing, Map<string, ApiGuard>>()

/** The guard of an API, made anew when its keys have changed. */
async function obtainGuard(
  { issuer, keyRing, sealer, clock }: IssuedTokenDeps,
  api: Api,
  kid: unknown,
): Promise<Guard> {
  // A shared secret has no kid here.
  const isNamed = typeof kid === 'string' && api.sealedSecret === undefined
  const { jwks } = isNamed ? await keyRing.withKey(kid) : await keyRing.current()
  const guards = guardsOfKeyRings.get(keyRing) ?? new Map<string, ApiGuard>()
  guardsOfKeyRings.set(keyRing, guards)
  const keys = api.sealedSecret ?? jwks
  const known = guards.get(api.audience)
  if (known?.keys === keys) return known.guard
  const secret = openApiSecret(sealer, api)
  const guard = createGuard({
    ...{ issuer, audience: api.audience, feed: false, cacheSize: 1_000 },
    keys: secret === undefined ? JSON.parse(jwks) : { secret },
    clock: () => clock.now(),
    // Who takes a token for its holder's asks for the proof.
    dpop: allowUnprovenTokens,
  })
  guards.set(api.audience, { guard, keys })
  return guard
}

function toVerified({ audience, sealedSecret }: Api, claims: AccessTokenClaims): VerifiedIssuedToken {
  const { jti, sub, client_id, sid, cnf } = claims
  return {
    jti,
    subject: sub,
    clientId: client_id,
    audience,
    sessionId: sid,
    jkt: cnf?.jkt,
    issuedAt: readMoment(jti) ?? claims.iat * 1000,
    isOfSharedSecret: sealedSecret !== undefined,
    claims,
  }
}

/** RFC 9562 §5.7: a UUID of version 7 begins with its moment in milliseconds. */
function readMoment(jti: string): EpochMilliseconds | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(jti)) return undefined
  return Number.parseInt(jti.slice(0, 8) + jti.slice(9, 13), 16)
}
