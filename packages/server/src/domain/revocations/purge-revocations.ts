import { toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { deleteGuards } from './feed-guard-store.ts'
import { deleteForgotten, updateForgottenSequence } from './feed-store.ts'
import { deleteForgottenMarks } from './revocation-mark-store.ts'

/** Kept at least so long, so that a guard which was away for a moment reads the log and not the whole snapshot. */
const LOG_LIFETIME_MS = 600_000

/** Long after a silent guard has ceased to count. */
const GUARD_LIFETIME_MS = 86_400_000

/** Deletes records that nobody needs any more. The log is then complete only after the last of them. */
export async function purgeRevocations(tx: Transaction): Promise<void> {
  const highest = await deleteForgotten(tx.sql, toEpochSeconds(tx.now), tx.now - LOG_LIFETIME_MS)
  if (highest !== undefined) await updateForgottenSequence(tx.sql, highest)
  await deleteForgottenMarks(tx.sql, toEpochSeconds(tx.now))
  await deleteGuards(tx.sql, tx.now - GUARD_LIFETIME_MS)
}
