import type { Transaction } from '../../platform/database/database.ts'
import { deleteExpired } from './session-store.ts'

/** Removes some sessions whose time is over; what happened in them stays in the audit log. Returns how many. */
export function purgeSessions(tx: Transaction, most: number): Promise<number> {
  return deleteExpired(tx.sql, tx.now, most)
}
