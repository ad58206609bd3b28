import type { Transaction } from '../../platform/database/database.ts'
import { deleteExpired } from './email-challenge-store.ts'

/** For so long a link that is over says so. */
const KEPT_MS = 7 * 86_400_000

export async function purgeChallenges(tx: Transaction): Promise<void> {
  await deleteExpired(tx.sql, tx.now - KEPT_MS)
}
