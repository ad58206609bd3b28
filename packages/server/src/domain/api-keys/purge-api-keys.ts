import type { Transaction } from '../../platform/database/database.ts'
import { deleteEnded } from './api-key-store.ts'

/** An ended key stays known for so long: longer than any of its tokens, and long enough to see what became of it. */
const KEPT_MS = 30 * 86_400_000

/** Removes keys that were revoked or have expired some time ago. */
export async function purgeApiKeys(tx: Transaction): Promise<void> {
  await deleteEnded(tx.sql, tx.now - KEPT_MS)
}
