import type { KeysState } from '../guard.ts'
import type { KeySet } from '../jws/key-set.ts'

/** Where a guard gets its keys from. */
export interface KeySource {
  /** The keys to verify with now; undefined when there are none, or when `obtain` should be awaited first. */
  current(): KeySet | undefined
  /** The keys, after fetching them if that may help; undefined when they can't be had. Never rejects. */
  obtain(): Promise<KeySet | undefined>
  /** Looks for a `kid` that no key has; undefined when that was done lately. Never rejects. */
  seek(kid: string): Promise<KeySet | undefined> | undefined
  /** Fetches the keys at once, whenever that was done last: one of them is known to be compromised. Never rejects. */
  renew(): Promise<void>
  /** Seconds until asking again may help, when the last fetch failed; else undefined. */
  retrySeconds(): number | undefined
  state(): KeysState
  close(): void
}

/** Keys that never change. */
export function holdKeys(keySet: KeySet): KeySource {
  return {
    current: () => keySet,
    obtain: () => Promise.resolve(keySet),
    seek: () => undefined,
    renew: () => Promise.resolve(),
    retrySeconds: () => undefined,
    state: () => ({ count: keySet.keys.length, ageSeconds: undefined, lastError: undefined }),
    close: () => {},
  }
}
