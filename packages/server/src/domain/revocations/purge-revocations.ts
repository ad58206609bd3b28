import { toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { deleteGuards } from './feed-guard-store.ts'
import { deleteForgotten, updateForgottenSequence } from './feed-store.ts'
import { deleteForgottenMarks } from './revocation-mark-store.ts'

/** Kept at least so long, so that a guard which was away for a moment reads the log and not the whole snapshot. */
const LOG_LIFETIME_MS = 600_000

/** Long after a silent guard has ceased to count. */
const GUARD_LIFETIME_MS = 86_400_000

/** Deletes some records that nobody needs any more; returns how many. The log is then complete only after the last of them. */
export async function purgeFeedRecords(tx: Transaction, most: number): Promise<number> {
  const createdBefore = tx.now - LOG_LIFETIME_MS
  const sequences = await deleteForgotten(tx.sql, { now: toEpochSeconds(tx.now), createdBefore, most })
  if (sequences.length > 0) await updateForgottenSequence(tx.sql, Math.max(...sequences))
  return sequences.length
}

/** Deletes some marks of what no token is left of; returns how many. */
export function purgeRevocationMarks(tx: Transaction, most: number): Promise<number> {
  return deleteForgottenMarks(tx.sql, toEpochSeconds(tx.now), most)
}

/** Deletes guards that were not heard of for long: there are never many. */
export async function purgeGuards(tx: Transaction): Promise<void> {
  await deleteGuards(tx.sql, tx.now - GUARD_LIFETIME_MS)
}
