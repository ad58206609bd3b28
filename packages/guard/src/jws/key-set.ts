import { type RefusedToken, refuseToken } from './check.ts'
import type { JsonObject } from './parse-json-object.ts'
import { quote } from './quote.ts'

/** What a header may ask a key for. */
export interface NamedKey {
  readonly kid: string | undefined
  /** What `alg` of a header may say: one name, or the two of Ed25519. */
  readonly names: readonly string[]
}

/** Keys among which a header's is looked for. */
export interface NamedKeys<Key extends NamedKey> {
  readonly keys: readonly Key[]
  readonly byKid: ReadonlyMap<string, Key>
}

/** A key that is ready to verify with exactly one algorithm. @see RFC 8725 §3.1 */
export interface VerificationKey extends NamedKey {
  readonly signatureBytes: number
  readonly verify: (signingInput: Uint8Array, signature: Uint8Array) => boolean
}

/** A header that passed its checks, and the key that it names. */
export interface OpenedHeader {
  readonly ok: true
  readonly header: JsonObject
  readonly key: VerificationKey
}

/** The keys of one guard. */
export interface KeySet extends NamedKeys<VerificationKey> {
  /** Headers of tokens whose signature was right, by their encoded text. */
  readonly knownHeaders: Map<string, OpenedHeader>
}

export type FoundKey<Key extends NamedKey> = { readonly ok: true; readonly key: Key } | RefusedToken

/** Finds the key that a header names: by its `kid`, or, without one, the only key that fits. */
export function findKey<Key extends NamedKey>(header: JsonObject, { keys, byKid }: NamedKeys<Key>): FoundKey<Key> {
  const { kid, alg } = header as { kid?: string; alg: string }
  // RFC 8725 §3.1: the algorithm belongs to the key, so the header can't choose another one for it.
  const fitting = keys.filter((key) => (kid === undefined || key.kid === kid) && key.names.includes(alg))
  const [key] = fitting
  if (key !== undefined && fitting.length === 1) return { ok: true, key }
  const had = keys.map((one) => `${quote(one.kid)} for ${one.names.join(' or ')}`)
  const refused = refuseToken('key', `exactly one for ${alg} with kid ${quote(kid)}`, had.join(', '))
  return kid === undefined || byKid.has(kid) ? refused : { ...refused, unknownKid: kid }
}
