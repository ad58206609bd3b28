import type { Transaction } from '../../platform/database/database.ts'
import { forgetTime } from '../revocations/forget-time.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { selectOpenSessions } from './session-store.ts'

/**
 * Has the tokens of an account's sessions answered "refresh required", since what they say of it is no longer true. Returns the feed's
 * number; undefined when there is no session.
 */
export async function outdateClaims(tx: Transaction, accountId: string): Promise<number | undefined> {
  const sessions = await selectOpenSessions(tx.sql, accountId)
  if (sessions.length === 0) return undefined
  const forgetAt = await forgetTime(tx.sql, tx.now)
  return recordRevocations(
    tx,
    sessions.map(({ id }) => ({ kind: 'r', identifier: id, moment: tx.now, forgetAt })),
  )
}
