import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { PUBLISH_AHEAD_MS } from './plan-key-schedule.ts'
import { selectSigningKeys } from './signing-key-store.ts'

/** What something has to wait for that is signed with another algorithm than before. */
export interface UnreadyKey {
  readonly ok: false
  readonly reason: 'key_not_everywhere'
  /** From when on every copy of the JWKS holds the key. */
  readonly readyAt: EpochMilliseconds
}

/**
 * Refuses an algorithm whose key not every copy of the JWKS can hold yet: guards that have just read it would refuse what the key signs. Undefined: all
 * of them hold it. `advanceKeysInUse` publishes the key.
 */
export async function refuseUnreadyKey(
  sql: Queries,
  algorithm: string,
  now: EpochMilliseconds,
): Promise<UnreadyKey | undefined> {
  const active = (await selectSigningKeys(sql)).find((key) => key.algorithm === algorithm && key.state === 'active')
  const readyAt = (active?.createdAt ?? now) + PUBLISH_AHEAD_MS
  return readyAt <= now ? undefined : { ok: false, reason: 'key_not_everywhere', readyAt }
}

/** One sentence for who waits. */
export function describeUnreadyKey({ readyAt }: UnreadyKey, algorithm: string): string {
  return `The key for ${algorithm} is published, and every copy of the JWKS holds it from ${new Date(readyAt).toISOString()} on. Say it again then.`
}
