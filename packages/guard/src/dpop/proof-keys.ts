import { createHash } from 'node:crypto'
import type { Algorithm } from '../jws/algorithm.ts'
import type { VerificationKey } from '../jws/key-set.ts'
import { isJsonObject, type JsonObject } from '../jws/parse-json-object.ts'
import { importKey } from '../keys/import-key.ts'

export interface ProofKey {
  readonly jkt: string
  readonly key: VerificationKey
}

// RFC 7638 §3.2, RFC 8037 §2: what a key consists of, in lexicographic order.
const publicMembers: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}
// RFC 7518 §6.2.2, §6.3.2, §6.4.1.
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const MOST_KEYS = 1000

/** Keys that proofs brought along. Those that were seen are remembered, since to import one costs as much as to verify with it. */
export class ProofKeys {
  readonly #known: Map<string, ProofKey> = new Map()

  /** Reads the `jwk` of a proof; undefined when it is no public key for this algorithm. */
  read(jwk: unknown, algorithm: Algorithm): ProofKey | undefined {
    if (!isJsonObject(jwk) || secretMembers.some((name) => Object.hasOwn(jwk, name))) return undefined
    const members = pickPublicMembers(jwk)
    if (members === undefined) return undefined
    const jkt = createHash('sha256').update(JSON.stringify(members)).digest('base64url')
    const place = `${algorithm} ${jkt}`
    const known = this.#known.get(place)
    if (known !== undefined) return known
    try {
      return this.#remember(place, { jkt, key: importKey(members, [algorithm]) })
    } catch {
      return undefined
    }
  }

  #remember(place: string, key: ProofKey): ProofKey {
    // The oldest goes: a Map keeps the order in which they came.
    const [oldest] = this.#known.size >= MOST_KEYS ? this.#known.keys() : []
    if (oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(place, key)
    return key
  }
}

function pickPublicMembers(jwk: JsonObject): JsonObject | undefined {
  const names = typeof jwk.kty === 'string' && Object.hasOwn(publicMembers, jwk.kty) ? publicMembers[jwk.kty] : []
  if (!names?.length || !names.every((name) => typeof jwk[name] === 'string')) return undefined
  return Object.fromEntries(names.map((name) => [name, jwk[name]]))
}
