import type { Algorithm } from '../jws/algorithm.ts'
import type { KeySet, VerificationKey } from '../jws/key-set.ts'
import { isJsonObject, type JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { describeError } from './describe-error.ts'
import { importKey } from './import-key.ts'

export interface ImportedKeySet {
  readonly keySet: KeySet
  /** Why some keys are not used, one sentence each. */
  readonly ignored: readonly string[]
}

const maxKeys = 100

/**
 * Makes a JWK set ready. Keys that this guard has no use for are ignored, as RFC 7517 §5 asks; a set that is wrong as a whole is not.
 *
 * @throws Error when it isn't a set of keys, names two keys alike, mixes public with symmetric keys, or holds a private key.
 */
export function importKeySet(value: unknown, algorithms: readonly Algorithm[]): ImportedKeySet {
  const jwks = listKeys(value)
  refuseAmbiguity(jwks)
  const keys: VerificationKey[] = []
  const ignored: string[] = []
  for (const jwk of jwks) {
    try {
      keys.push(importKey(jwk, algorithms))
    } catch (error) {
      ignored.push(`key ${quote(jwk.kid)}: ${describeError(error)}`)
    }
  }
  return { keySet: createKeySet(keys), ignored }
}

/** Puts keys together. */
function createKeySet(keys: readonly VerificationKey[]): KeySet {
  const byKid = new Map(keys.flatMap((key) => (key.kid === undefined ? [] : [[key.kid, key] as const])))
  return { keys, byKid, knownHeaders: new Map() }
}

function listKeys(value: unknown): readonly JsonObject[] {
  const keys = isJsonObject(value) ? value.keys : undefined
  if (Array.isArray(keys) && keys.length <= maxKeys && keys.every(isJsonObject)) return keys
  throw new Error(`no JWK set of up to ${maxKeys} keys`)
}

function refuseAmbiguity(jwks: readonly JsonObject[]): void {
  const kids = jwks.map((jwk) => jwk.kid).filter((kid) => kid !== undefined)
  if (new Set(kids).size < kids.length) throw new Error(`two keys have one kid: ${quote(kids)}`)
  const symmetric = jwks.filter((jwk) => jwk.kty === 'oct').length
  if (symmetric > 0 && symmetric < jwks.length) throw new Error('secrets and public keys are mixed')
  // A private key that was published is everybody's key.
  if (jwks.some((jwk) => jwk.kty !== 'oct' && Object.hasOwn(jwk, 'd'))) {
    throw new Error('a private key is among them')
  }
}
