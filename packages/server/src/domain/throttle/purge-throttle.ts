import type { Transaction } from '../../platform/database/database.ts'
import { deleteForgotten } from './throttle-store.ts'

/** Deletes the rows that count no longer, and says how many. Run it every few minutes; nothing depends on when. */
export async function purgeThrottle(tx: Transaction): Promise<number> {
  return deleteForgotten(tx.sql, tx.now)
}
