import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { Registrant } from './client.ts'
import { countUnusedStrangers, deleteUnusedStrangers, selectRegistrations } from './client-store.ts'

const HOUR_MS = 3_600_000
/** Of one network within an hour. An office behind one address stays below it, since an app registers once and keeps its id. */
const MOST_OF_A_NETWORK = 20
/** Of all networks, as long as nobody has let them in. */
const MOST_UNUSED = 10_000
/** Longer than a request waits for its person, and than a code for its exchange. */
const KEPT_MS = 24 * HOUR_MS

export type StrangerVerdict =
  | { readonly ok: true }
  | { readonly ok: false /** At least 1, at most 3600. */; readonly retryAfterSeconds: number }

/**
 * Whether a stranger from this network may register one more client. It is asked without a lock: of registrations at the same moment a few
 * too many may pass.
 */
export async function limitStrangers(
  sql: Queries,
  now: EpochMilliseconds,
  registrant: Registrant,
): Promise<StrangerVerdict> {
  const registered = await selectRegistrations(sql, registrant, MOST_OF_A_NETWORK)
  const oldest = registered.length < MOST_OF_A_NETWORK ? 0 : (registered.at(-1) ?? 0)
  const until = oldest + HOUR_MS
  if (until > now) return { ok: false, retryAfterSeconds: Math.ceil((until - now) / 1000) }
  return (await countUnusedStrangers(sql)) < MOST_UNUSED ? { ok: true } : { ok: false, retryAfterSeconds: 3600 }
}

/** Forgets clients of strangers, a day after they were registered, when nobody ever let them in. */
export function purgeStrangers(tx: Transaction, most: number): Promise<number> {
  return deleteUnusedStrangers(tx.sql, tx.now - KEPT_MS, most)
}
