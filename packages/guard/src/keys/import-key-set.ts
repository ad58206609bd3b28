import type { Algorithm } from '../jws/algorithm.ts'
import { isJsonObject, type JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { importKey } from './import-key.ts'
import type { KeySet, VerificationKey } from './key-set.ts'

export interface ImportedKeySet {
  readonly keySet: KeySet
  /** Why some keys are not used, one sentence each. */
  readonly ignored: readonly string[]
}

/** A set of keys that can't be trusted as a whole. */
export class KeySetError extends Error {
  override readonly name = 'KeySetError'
}

const maxKeys = 100

/**
 * Makes a JWK set ready. Keys that this guard has no use for are ignored, as RFC 7517 §5 asks; a set that is wrong as a whole is not.
 * Keys that `previous` has too are taken from it.
 *
 * @throws KeySetError when it isn't a set of keys, names two keys alike, mixes public with symmetric keys, or holds a private key.
 */
export function importKeySet(value: unknown, algorithms: readonly Algorithm[], previous?: KeySet): ImportedKeySet {
  const jwks = listKeys(value)
  refuseAmbiguity(jwks)
  const known = new Map(previous?.keys.map((key) => [key.identity, key]))
  const keys: VerificationKey[] = []
  const ignored: string[] = []
  for (const jwk of jwks) {
    const imported = importKey(jwk, algorithms)
    if (imported.ok) keys.push(known.get(imported.key.identity) ?? imported.key)
    else ignored.push(`key ${quote(jwk.kid)}: ${imported.says}`)
  }
  return { keySet: makeKeySet(keys), ignored }
}

/** Puts keys together. */
export function makeKeySet(keys: readonly VerificationKey[]): KeySet {
  const byKid = new Map(keys.flatMap((key) => (key.kid === undefined ? [] : [[key.kid, key] as const])))
  return { keys, byKid, knownHeaders: new Map() }
}

function listKeys(value: unknown): readonly JsonObject[] {
  const keys = isJsonObject(value) ? value.keys : undefined
  if (!Array.isArray(keys)) throw new KeySetError('It is no JWK set: the member "keys" is not an array')
  if (keys.length > maxKeys) throw new KeySetError(`It holds ${keys.length} keys, more than ${maxKeys}`)
  if (!keys.every(isJsonObject)) throw new KeySetError('It is no JWK set: a key is not an object')
  return keys
}

function refuseAmbiguity(jwks: readonly JsonObject[]): void {
  const kids = jwks.map((jwk) => jwk.kid).filter((kid) => kid !== undefined)
  const repeated = kids.find((kid, i) => kids.indexOf(kid) !== i)
  if (repeated !== undefined) throw new KeySetError(`Two keys have the kid ${quote(repeated)}`)
  const symmetric = jwks.filter((jwk) => jwk.kty === 'oct').length
  if (symmetric > 0 && symmetric < jwks.length) throw new KeySetError('It mixes symmetric keys with others')
  // A private key that was published is everybody's key.
  if (jwks.some((jwk) => jwk.kty !== 'oct' && Object.hasOwn(jwk, 'd'))) {
    throw new KeySetError('It holds a private key')
  }
}
