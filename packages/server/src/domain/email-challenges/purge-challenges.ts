import type { Transaction } from '../../platform/database/database.ts'
import { deleteExpired } from './email-challenge-store.ts'

/** For so long a link that is over says so. */
const KEPT_MS = 7 * 86_400_000

export function purgeChallenges(tx: Transaction, most: number): Promise<number> {
  return deleteExpired(tx.sql, tx.now - KEPT_MS, most)
}
