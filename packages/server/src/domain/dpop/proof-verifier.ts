import { createHash } from 'node:crypto'
import { normalizeTargetUri } from '@ostiary/guard/dpop'
import {
  calculateJwkThumbprint,
  EmbeddedJWK,
  errors,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import type { Clock, EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { hasUsableExponent } from '../keys/has-usable-exponent.ts'
import { isCanonicalJws } from '../keys/is-canonical-jws.ts'
import { useOnce } from '../one-time/one-time.ts'
import { isCurrentNonce, makeNonce } from './proof-nonce.ts'

/** RFC 9449 §5.1, `dpop_signing_alg_values_supported`. */
export const proofAlgorithms: readonly string[] = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256', 'ES384']

/** What a proof must be for. */
export interface ProvenRequest {
  /** The DPoP header as it came. */
  readonly proof: string | readonly string[]
  readonly method: string
  /** The URL of the endpoint, as it is published. */
  readonly url: string
  /** At an endpoint that takes tokens. */
  readonly accessToken?: string
}

/** `jkt` is the thumbprint of the key, and `nonce` the one that the next proof shall carry. */
export type VerifiedProof =
  | { readonly ok: true; readonly jkt: string; readonly nonce: string }
  | { readonly ok: false; readonly reason: 'invalid_dpop_proof' | 'use_dpop_nonce'; readonly nonce: string }

/** How old a proof may be, and how far from the future: RFC 9449 §11.1. */
const OLDEST_MS = 60_000
const EARLIEST_MS = 15_000
const LONGEST_PROOF = 4096
const LONGEST_JTI = 256

export interface ProofVerifierDeps {
  readonly clock: Clock
  readonly database: Pick<Database, 'write'>
  readonly sealer: Sealer
}

/** Verifies proofs, each once over all instances on one database. */
export class ProofVerifier {
  readonly #deps: ProofVerifierDeps

  constructor(deps: ProofVerifierDeps) {
    this.#deps = deps
  }

  /** @see RFC 9449 §4.3 */
  async verify(request: ProvenRequest): Promise<VerifiedProof> {
    const { clock, sealer } = this.#deps
    const now = clock.now()
    const signed = await readSignedProof(request.proof, now)
    const nonce = makeNonce(sealer, now)
    if (signed === undefined || !fitsRequest(signed.claims, request, now)) {
      return { ok: false, reason: 'invalid_dpop_proof', nonce }
    }
    const { jkt, claims } = signed
    if (!isCurrentNonce(sealer, claims.nonce, now)) return { ok: false, reason: 'use_dpop_nonce', nonce }
    if (await this.#use(signed)) return { ok: true, jkt, nonce }
    return { ok: false, reason: 'invalid_dpop_proof', nonce }
  }

  /** Whether this is the first use. A `jti` is unique only for who made it. */
  #use({ jkt, claims }: SignedProof): Promise<boolean> {
    const expiresAt = Number(claims.iat) * 1000 + OLDEST_MS
    return this.#deps.database.write((tx) =>
      useOnce(tx, { kind: 'dpop_proof', name: `${jkt} ${claims.jti}`, expiresAt: Math.ceil(expiresAt) }),
    )
  }
}

type ProofClaims = JWTPayload & { readonly jti: string }

interface SignedProof {
  readonly jkt: string
  readonly claims: ProofClaims
}

/** Reads a proof that is signed with the key that it brings along; undefined for anything else. */
async function readSignedProof(
  proof: ProvenRequest['proof'],
  now: EpochMilliseconds,
): Promise<SignedProof | undefined> {
  // Lines of one name arrive joined by commas, which no proof contains.
  if (typeof proof !== 'string' || proof.length > LONGEST_PROOF || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(proof)) {
    return undefined
  }
  if (!isCanonicalJws(proof)) return undefined
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, readKey, {
      typ: 'dpop+jwt',
      algorithms: [...proofAlgorithms],
      currentDate: new Date(now),
    })
    const { jti } = payload
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) return undefined
    return { jkt: await calculateJwkThumbprint(protectedHeader.jwk as JWK), claims: { ...payload, jti } }
  } catch (error) {
    if (isBadProof(error)) return undefined
    throw error
  }
}

/** The key that a proof brings along, before anything is computed with it: whoever sends it is a stranger. */
function readKey(header: JWTHeaderParameters): ReturnType<typeof EmbeddedJWK> {
  const { jwk } = header
  if (jwk?.kty === 'RSA' && !hasUsableExponent(jwk))
    throw new errors.JWKInvalid('its exponent is not one to verify with')
  return EmbeddedJWK(header)
}

/** jose lets errors of Web Crypto through for keys that are none. */
function isBadProof(error: unknown): boolean {
  return error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException
}

function fitsRequest(
  { htm, htu, iat, ath }: ProofClaims,
  { method, url, accessToken }: ProvenRequest,
  now: EpochMilliseconds,
): boolean {
  if (htm !== method || typeof htu !== 'string' || normalizeTargetUri(htu) !== normalizeTargetUri(url)) return false
  const age = now - Number(iat) * 1000
  if (!(age <= OLDEST_MS && age >= -EARLIEST_MS)) return false
  return accessToken === undefined || ath === createHash('sha256').update(accessToken).digest('base64url')
}
