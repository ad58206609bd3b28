import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { type FeedGuard, selectGuardsSince } from './feed-guard-store.ts'

/** A guard that was silent for so long counts as gone. */
const SILENCE_MS = 15_000

/** The guards that acknowledge, and so are known to live. */
export async function listGuards(sql: Queries, now: EpochMilliseconds): Promise<FeedGuard[]> {
  return selectGuardsSince(sql, now - SILENCE_MS)
}
