import type { FailedCheck } from '../guard-event.ts'
import type { JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import type { OpenedHeader } from '../jws/verify-jws.ts'

/** A key that is ready to verify with exactly one algorithm. @see RFC 8725 §3.1 */
export interface VerificationKey {
  readonly kid: string | undefined
  /** What `alg` of a header may say: one name, or the two of Ed25519. */
  readonly names: readonly string[]
  readonly signatureBytes: number
  readonly verify: (signingInput: Uint8Array, signature: Uint8Array) => boolean
  /** Equal for equal keys, so that a refresh keeps the ones that stay. */
  readonly identity: string
}

/** The keys of one guard. */
export interface KeySet {
  readonly keys: readonly VerificationKey[]
  readonly byKid: ReadonlyMap<string, VerificationKey>
  /** Headers of tokens whose signature was right, by their encoded text. */
  readonly knownHeaders: Map<string, OpenedHeader>
}

export type FoundKey =
  | { readonly ok: true; readonly key: VerificationKey }
  | { readonly ok: false; readonly failure: FailedCheck; readonly unknownKid?: string }

/** Finds the key that a header names: by its `kid`, or, without one, the only key that fits. */
export function findKey(header: JsonObject, { keys, byKid }: KeySet): FoundKey {
  const { kid, alg } = header as { kid?: string; alg: string }
  if (kid === undefined) return findOnlyKey(alg, keys)
  const key = byKid.get(kid)
  const expected = `a key with kid ${quote(kid)} for ${alg}`
  if (key === undefined) {
    return { ok: false, failure: { check: 'key', expected, got: listKids(keys) }, unknownKid: kid }
  }
  // RFC 8725 §3.1: the algorithm belongs to the key, so the header can't choose another one for it.
  if (!key.names.includes(alg)) return { ok: false, failure: { check: 'key', expected, got: key.names.join(' or ') } }
  return { ok: true, key }
}

function findOnlyKey(alg: string, keys: readonly VerificationKey[]): FoundKey {
  const fitting = keys.filter((key) => key.names.includes(alg))
  const [key] = fitting
  if (key !== undefined && fitting.length === 1) return { ok: true, key }
  const expected = `a kid, or exactly one key for ${alg}`
  return { ok: false, failure: { check: 'key', expected, got: `no kid and ${fitting.length} keys` } }
}

function listKids(keys: readonly VerificationKey[]): string {
  return `keys ${quote(keys.map((key) => key.kid ?? null))}`
}
