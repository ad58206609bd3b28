import type { Database } from '../../platform/database/database.ts'
import { deleteExpired } from './session-store.ts'

/** So many in one unit of work, so that nobody waits long behind it, and so many units at once. */
const BATCH = 1000
const MOST_BATCHES = 50

/** Removes sessions whose time is over; what happened in them stays in the audit log. */
export async function purgeSessions(database: Database): Promise<void> {
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    if ((await database.write((tx) => deleteExpired(tx.sql, tx.now, BATCH))) < BATCH) return
  }
}
