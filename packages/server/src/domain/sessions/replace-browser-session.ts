import type { Transaction } from '../../platform/database/database.ts'
import { endSession } from './end-session.ts'
import type { Session } from './session.ts'
import { moveChildren } from './session-store.ts'

/**
 * Ends the session that a browser had before it signed in again. What came of it goes on when it is the same person: who proves once more
 * who they are must not be logged out elsewhere.
 */
export async function replaceBrowserSession(tx: Transaction, before: Session, next: Session): Promise<void> {
  if (before.accountId === next.accountId) await moveChildren(tx.sql, before.id, next.id)
  await endSession(tx, before, `account:${before.accountId}`)
}
