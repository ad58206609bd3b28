import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { SigningAlgorithm, SigningKey } from './signing-key.ts'

/** How long anybody may keep a copy of the JWKS, in seconds: its Cache-Control max-age. */
export const JWKS_LIFETIME_SECONDS = 300

/** A key is published this long before its first use, so that every copy of the JWKS holds it by then. */
export const PUBLISH_AHEAD_MS: number = (JWKS_LIFETIME_SECONDS + 60) * 1000

/** A key signs for 90 days, unless it is rotated by command. */
export const ROTATION_MS: number = 90 * 24 * 3600 * 1000

/** No access token lives longer: a key must stay published until its last token has expired. */
export const LONGEST_LIFETIME_SECONDS = 86_400

/** How long a retiring key is still published: the longest token it may have signed, and a generous clock difference. */
export const RETIRING_MS: number = (LONGEST_LIFETIME_SECONDS + 600) * 1000

export interface KeySchedule {
  /** Algorithms that need a new key: `active` at once where none signs yet, else `pending`. */
  readonly create: readonly { algorithm: SigningAlgorithm; state: 'active' | 'pending' }[]
  readonly activate: readonly SigningKey[]
  readonly retiring: readonly SigningKey[]
  readonly retired: readonly SigningKey[]
}

/** What is due at this moment: pending → active → retiring → retired, for each algorithm in use. Pure. */
export function planKeySchedule(
  keys: readonly SigningKey[],
  algorithms: readonly SigningAlgorithm[],
  now: EpochMilliseconds,
): KeySchedule {
  const create: KeySchedule['create'][number][] = []
  const activate: SigningKey[] = []
  const retiring: SigningKey[] = []
  for (const algorithm of algorithms) {
    const own = keys.filter((key) => key.algorithm === algorithm)
    const active = own.find((key) => key.state === 'active')
    const pending = own.find((key) => key.state === 'pending')
    if (!active) {
      // Nothing signs yet, so no copy of the JWKS without this key can be in use for it.
      if (pending) activate.push(pending)
      else create.push({ algorithm, state: 'active' })
    } else if (pending) {
      if (now - pending.stateSince >= PUBLISH_AHEAD_MS) {
        activate.push(pending)
        retiring.push(active)
      }
    } else if (now - active.stateSince >= ROTATION_MS - PUBLISH_AHEAD_MS) {
      create.push({ algorithm, state: 'pending' })
    }
  }
  const retired = keys.filter((key) => key.state === 'retiring' && now - key.stateSince >= RETIRING_MS)
  return { create, activate, retiring, retired }
}

export function isNothingDue({ create, activate, retiring, retired }: KeySchedule): boolean {
  return create.length + activate.length + retiring.length + retired.length === 0
}
