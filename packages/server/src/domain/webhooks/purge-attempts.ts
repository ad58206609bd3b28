import type { Transaction } from '../../platform/database/database.ts'
import { deleteAttemptsBefore } from './webhook-attempt-store.ts'

const KEPT_MS = 30 * 86_400_000

/** Forgets some of the delivery log after 30 days. Returns how many. */
export function purgeAttempts(tx: Transaction, most: number): Promise<number> {
  return deleteAttemptsBefore(tx.sql, tx.now - KEPT_MS, most)
}
