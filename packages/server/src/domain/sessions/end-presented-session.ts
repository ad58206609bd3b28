import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { endSession } from './end-session.ts'
import { findSession } from './find-session.ts'
import { logOutEverywhere } from './log-out-everywhere.ts'
import type { RefreshTokenContent } from './refresh-token.ts'

/**
 * Ends the session of a genuine refresh token, of whatever generation: who has one may give it up. With `everywhere`, all sessions of
 * its account. A session that has ended before is no error, and ends nothing more.
 */
export async function endPresentedSession(
  tx: Transaction,
  { sessionId }: RefreshTokenContent,
  { everywhere = false, actor }: { readonly everywhere?: boolean; readonly actor?: Actor } = {},
): Promise<void> {
  const session = await findSession(tx.sql, sessionId)
  if (session === undefined || session.endedAt !== undefined) return
  const who = actor ?? (`account:${session.accountId}` as const)
  if (everywhere) await logOutEverywhere(tx, session.accountId, who)
  else await endSession(tx, session, who)
}
