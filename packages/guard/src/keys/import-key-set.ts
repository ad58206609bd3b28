import type { Algorithm } from '../jws/algorithm.ts'
import type { KeySet } from '../jws/key-set.ts'
import { collectKeys } from './collect-keys.ts'
import { importKey } from './import-key.ts'

export interface ImportedKeySet {
  readonly keySet: KeySet
  /** Why some keys are not used, one sentence each. */
  readonly ignored: readonly string[]
}

/** Makes a JWK set ready. @throws Error for a set that is wrong as a whole, as `collectKeys` does. */
export function importKeySet(value: unknown, algorithms: readonly Algorithm[]): ImportedKeySet {
  const { keys, ignored } = collectKeys(value, (jwk) => importKey(jwk, algorithms))
  return { keySet: { ...keys, knownHeaders: new Map() }, ignored }
}
