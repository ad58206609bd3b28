import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { listLivingGuards } from './list-guards.ts'

/** Who refuses already what was revoked. */
export interface Confirmation {
  /** The feed's number that had to be confirmed. */
  readonly seq: number
  readonly confirmed: number
  /** How many guards are known to live. */
  readonly of: number
  /** How long the slowest of those that confirmed took, in milliseconds; null when none did. */
  readonly slowest_ms: number | null
  /** The names of those that did not. */
  readonly missing: readonly string[]
}

export interface ConfirmationWait {
  /** 0: as it stands now. */
  readonly milliseconds: number
  /** Ends the wait early. */
  readonly signal?: AbortSignal
}

const LOOK_MS = 10

/**
 * Waits until every guard that lives has acknowledged a number of the feed, or the time is over. It looks at the table, so it can be done in
 * any process.
 */
export async function waitForConfirmation(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  sequence: number,
  { milliseconds, signal }: ConfirmationWait,
): Promise<Confirmation> {
  const startedAt = performance.now()
  let confirmedBefore = 0
  let slowest: number | null = null
  for (;;) {
    const guards = await listLivingGuards(database.read, clock.now())
    const elapsed = performance.now() - startedAt
    const missing = guards.filter((guard) => guard.sequence < sequence).map(({ name }) => name)
    const confirmed = guards.length - missing.length
    if (confirmed > confirmedBefore) slowest = Math.round(elapsed)
    confirmedBefore = confirmed
    if (missing.length === 0 || elapsed >= milliseconds || signal?.aborted)
      return { seq: sequence, confirmed, of: guards.length, slowest_ms: slowest, missing: missing.sort() }
    await sleep(LOOK_MS)
  }
}
