import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { deleteSessionsExpiredBefore, markSessionEnded, type Session } from './session-store.ts'

/** Ends a session for good. Ending it again changes nothing and is no error. */
export async function endSession(tx: Transaction, session: Session, actor: Actor): Promise<void> {
  if (!(await markSessionEnded(tx.sql, session.id, tx.now))) return
  const { accountId, clientId, id: sessionId } = session
  await recordAuditEvent(tx, { act: 'session.ended', actor, outcome: 'done', accountId, clientId, sessionId })
}

/** Removes sessions whose time is over; what happened in them stays in the audit log. */
export async function purgeSessions(tx: Transaction): Promise<number> {
  return deleteSessionsExpiredBefore(tx.sql, tx.now)
}
