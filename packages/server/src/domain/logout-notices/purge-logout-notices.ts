import type { Transaction } from '../../platform/database/database.ts'
import { deleteOverdueNotices } from './logout-notice-store.ts'

const KEPT_MS = 3_600_000

/** Forgets some notices that are long over, which a worker would have ended: something here keeps them from being sent. */
export function purgeLogoutNotices(tx: Transaction, most: number): Promise<number> {
  return deleteOverdueNotices(tx.sql, tx.now - KEPT_MS, most)
}
