import { createHash } from 'node:crypto'
import type { EpochMilliseconds } from '../claims/access-token-claims.ts'
import { type Algorithm, asymmetricAlgorithms } from '../jws/algorithm.ts'
import { type JsonObject, parseJsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { splitCompact } from '../jws/split-compact.ts'
import { parseParts, verifySignature } from '../jws/verify-jws.ts'
import { normalizeTargetUri } from './normalize-target-uri.ts'
import type { ProofKeys } from './proof-keys.ts'
import { EARLIEST_PROOF_MS, OLDEST_PROOF_MS } from './proof-times.ts'

/** What a proof must be for. */
export interface ProvenRequest {
  readonly method: string
  /** Normalized; several where an API has several origins. */
  readonly targets: readonly string[]
  readonly token: string
  readonly now: EpochMilliseconds
}

/** `sentence` says what was wrong, for the log. */
type Fault = { readonly ok: false; readonly sentence: string }

export type VerifiedProof =
  | { readonly ok: true; readonly jkt: string; readonly jti: string; readonly nonce: unknown }
  | Fault

const LONGEST_PROOF = 4096
const LONGEST_JTI = 256

/** Verifies a proof, all but whether it was used before and whether its key is the token's. @see RFC 9449 §4.3 */
export function verifyProof(
  proof: string | readonly string[] | undefined,
  request: ProvenRequest,
  keys: ProofKeys,
): VerifiedProof {
  if (proof === undefined) return fault('there is no DPoP header')
  // Lines of one name arrive joined by commas, which no proof contains.
  if (typeof proof !== 'string' || proof.includes(',')) return fault('there are several proofs')
  if (proof.length > LONGEST_PROOF) return fault(`the proof has ${proof.length} characters`)
  const opened = openProof(proof, keys)
  if (!opened.ok) return opened
  const { claims, jkt } = opened
  const wrong = findWrongClaim(claims, request)
  if (wrong !== undefined) return fault(wrong)
  return { ok: true, jkt, jti: String(claims.jti), nonce: claims.nonce }
}

type OpenedProof = { readonly ok: true; readonly jkt: string; readonly claims: JsonObject } | Fault

/** Reads a proof that is signed with the key that it brings along. */
function openProof(proof: string, keys: ProofKeys): OpenedProof {
  const parts = splitCompact(proof)
  const parsed = parts.ok ? parseParts(parts) : parts
  if (!parts.ok || !parsed.ok) return fault('the proof is no JWS')
  const { header, payload, signature } = parsed
  const { typ, alg, jwk, crit } = header
  if (typ !== 'dpop+jwt') return fault(`typ is ${quote(typ)}`)
  if (!isAlgorithm(alg)) return fault(`alg is ${quote(alg)}`)
  if (crit !== undefined) return fault('no extension is understood')
  const proofKey = keys.read(jwk, alg)
  if (proofKey === undefined) return fault('jwk is no public key of that algorithm')
  if (!verifySignature(parts.signingInput, signature, proofKey.key)) return fault('the signature is wrong')
  const claims = parseJsonObject(payload)
  return claims === undefined ? fault('the payload is no JSON object') : { ok: true, jkt: proofKey.jkt, claims }
}

function fault(sentence: string): Fault {
  return { ok: false, sentence }
}

function isAlgorithm(alg: unknown): alg is Algorithm {
  return asymmetricAlgorithms.some((name) => name === alg)
}

function findWrongClaim({ jti, htm, htu, iat, ath }: JsonObject, request: ProvenRequest): string | undefined {
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) return 'jti is no text, or too long'
  if (htm !== request.method) return `htm is ${quote(htm)}, not ${request.method}`
  const target = typeof htu === 'string' ? normalizeTargetUri(htu) : undefined
  if (target === undefined || !request.targets.includes(target)) {
    return `htu is ${quote(htu)}, not ${request.targets.join(' or ')}`
  }
  if (typeof iat !== 'number') return 'iat is no number'
  const age = request.now - iat * 1000
  if (!(age <= OLDEST_PROOF_MS && age >= -EARLIEST_PROOF_MS)) return `iat is ${iat}, ${age} ms ago`
  // RFC 9449 §4.2: of the ASCII encoding of the token.
  if (ath !== createHash('sha256').update(request.token).digest('base64url')) return 'ath is of another token'
  return undefined
}
