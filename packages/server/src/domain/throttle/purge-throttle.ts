import type { Transaction } from '../../platform/database/database.ts'
import { deleteForgotten } from './throttle-store.ts'

/** Deletes some rows that count no longer. Returns how many. Nothing depends on when it runs. */
export function purgeThrottle(tx: Transaction, most: number): Promise<number> {
  return deleteForgotten(tx.sql, tx.now, most)
}
