import type { NamedKey, NamedKeys } from '../jws/key-set.ts'
import { isJsonObject, type JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { describeError } from './describe-error.ts'

export interface CollectedKeys<Key extends NamedKey> {
  readonly keys: NamedKeys<Key>
  /** Why some keys are not used, one sentence each. */
  readonly ignored: readonly string[]
}

const maxKeys = 100

/**
 * Takes the keys of a JWK set by `take`, which throws for those that there is no use for: they are ignored, as RFC 7517 §5 asks. A set that is wrong
 * as a whole is not.
 *
 * @throws Error when it isn't a set of keys, names two keys alike, mixes public with symmetric keys, or holds a private key.
 */
export function collectKeys<Key extends NamedKey>(value: unknown, take: (jwk: JsonObject) => Key): CollectedKeys<Key> {
  const jwks = listKeys(value)
  refuseAmbiguity(jwks)
  const keys: Key[] = []
  const ignored: string[] = []
  for (const jwk of jwks) {
    try {
      keys.push(take(jwk))
    } catch (error) {
      ignored.push(`key ${quote(jwk.kid)}: ${describeError(error)}`)
    }
  }
  // One without a kid stands there as well, where no kid of a header leads.
  return { keys: { keys, byKid: new Map(keys.map((key) => [key.kid as string, key])) }, ignored }
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
