import { createPublicKey, type KeyObject } from 'node:crypto'
import type { ClientJwks } from '../clients/client.ts'

type Jwk = ClientJwks['keys'][number]

/** So many are tried where an assertion names no key. */
const MOST_TRIED = 10

/** RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2: what an assertion may be signed with, and of what kind the key is. Nothing symmetric. */
const kindsByAlgorithm: Readonly<Record<string, { readonly kty: string; readonly crv?: string }>> = {
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  PS256: { kty: 'RSA' },
  RS256: { kty: 'RSA' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
}

export const assertionAlgorithms: readonly string[] = Object.keys(kindsByAlgorithm)

/** What an assertion's header says of the key. */
export interface NamedKey {
  readonly alg: string
  /** Absent: any key that fits the algorithm. */
  readonly kid: string | undefined
}

/** The keys of a set that an assertion may have been signed with. @see RFC 7515 §4.1.4, RFC 7517 §4 */
export function fittingKeys(keys: readonly Jwk[], { alg, kid }: NamedKey): readonly KeyObject[] {
  return keys
    .filter((key) => fits(key, alg) && (kid === undefined || key.kid === kid))
    .slice(0, MOST_TRIED)
    .map((key) => createPublicKey({ key: { ...key }, format: 'jwk' }))
}

function fits({ kty, crv, use = 'sig', alg: only, key_ops: operations = ['verify'] }: Jwk, alg: string): boolean {
  const kind = Object.hasOwn(kindsByAlgorithm, alg) ? kindsByAlgorithm[alg] : undefined
  if (kind === undefined || kty !== kind.kty || crv !== kind.crv || use !== 'sig') return false
  if (!Array.isArray(operations) || !operations.includes('verify')) return false
  // EdDSA is the older name of what RFC 9864 calls Ed25519.
  return only === undefined || only === alg || (kty === 'OKP' && (only === 'EdDSA' || only === 'Ed25519'))
}
