import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Session } from './session.ts'
import { markSessionEnded, selectOpenSessions } from './session-store.ts'

/** Ends a session for good. Ending it again changes nothing and is no error. */
export async function endSession(tx: Transaction, session: Session, actor: Actor): Promise<void> {
  if (!(await markSessionEnded(tx.sql, session.id, tx.now))) return
  const { accountId, clientId, id: sessionId } = session
  await recordAuditEvent(tx, { act: 'session.ended', actor, outcome: 'done', accountId, clientId, sessionId })
}

/** Ends every open session of an account, as disabling it or changing its password must. Returns how many there were. */
export async function endSessionsOfAccount(tx: Transaction, accountId: string, actor: Actor): Promise<number> {
  const sessions = await selectOpenSessions(tx.sql, accountId)
  for (const session of sessions) await endSession(tx, session, actor)
  return sessions.length
}
