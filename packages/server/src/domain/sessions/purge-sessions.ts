import type { Transaction } from '../../platform/database/database.ts'
import { deleteSessionsExpiredBefore } from './session-store.ts'

/** Removes sessions whose time is over; what happened in them stays in the audit log. */
export async function purgeSessions(tx: Transaction): Promise<number> {
  return deleteSessionsExpiredBefore(tx.sql, tx.now)
}
