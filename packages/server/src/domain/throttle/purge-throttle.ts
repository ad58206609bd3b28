import type { Transaction } from '../../platform/database/database.ts'
import { deleteForgotten } from './throttle-store.ts'

/** Deletes the rows that count no longer. Returns how many. Nothing depends on when it runs. */
export async function purgeThrottle(tx: Transaction): Promise<number> {
  return deleteForgotten(tx.sql, tx.now)
}
