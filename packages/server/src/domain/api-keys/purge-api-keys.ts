import type { Transaction } from '../../platform/database/database.ts'
import { deleteEnded } from './api-key-store.ts'

/** An ended key stays known for so long: longer than any of its tokens, and long enough to see what became of it. */
const KEPT_MS = 30 * 86_400_000

/** Removes some keys that were revoked or have expired some time ago. Returns how many. */
export function purgeApiKeys(tx: Transaction, most: number): Promise<number> {
  return deleteEnded(tx.sql, tx.now - KEPT_MS, most)
}
