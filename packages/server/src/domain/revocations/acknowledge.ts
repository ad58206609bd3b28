import type { Transaction } from '../../platform/database/database.ts'
import { type FeedGuard, upsertGuard } from './feed-guard-store.ts'
import { selectHead } from './feed-store.ts'

/**
 * Records that a guard has applied every record up to a number. One that the feed has not come to speaks of a lost history, and counts
 * for nothing.
 */
export async function acknowledge(tx: Transaction, guard: Omit<FeedGuard, 'acknowledgedAt'>): Promise<void> {
  const head = await selectHead(tx.sql)
  if (guard.sequence > head.sequence) return
  await upsertGuard(tx.sql, { ...guard, acknowledgedAt: tx.now })
}
