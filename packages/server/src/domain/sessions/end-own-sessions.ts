import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { endChallenges } from '../email-challenges/end-challenges.ts'
import { endSession, endSessions } from './end-session.ts'
import { findSession } from './find-session.ts'
import { listSessions } from './list-sessions.ts'
import { logOutEverywhere } from './log-out-everywhere.ts'
import type { Session } from './session.ts'

/** Which of their sessions a person ends: one by its id, all but the one they are in, or all. */
export type OwnSessions =
  | { readonly kind: 'one'; readonly id: string }
  | { readonly kind: 'others' }
  | { readonly kind: 'all' }

/**
 * Ends sessions of the very account that `current` belongs to, as that person wishes. Another account's id ends nothing. Whoever ends another session
 * than their own may mean a stranger's, who may have asked for another address: what was mailed opens nothing more.
 */
export async function endOwnSessions(tx: Transaction, current: Session, which: OwnSessions): Promise<void> {
  const actor = `account:${current.accountId}` as const
  if (which.kind === 'all') {
    await logOutEverywhere(tx, current.accountId, actor)
    return
  }
  if (which.kind === 'others') {
    // As in `logOutEverywhere`.
    await lockAccount(tx, current.accountId)
    const others = (await listSessions(tx.sql, current.accountId, tx.now)).filter(({ id }) => id !== current.id)
    await endSessions(tx, others, actor)
    await endChallenges(tx, current.accountId)
    return
  }
  const session = await findSession(tx.sql, which.id)
  if (session?.accountId !== current.accountId) return
  await endSession(tx, session, actor)
  if (session.id !== current.id) await endChallenges(tx, current.accountId)
}
