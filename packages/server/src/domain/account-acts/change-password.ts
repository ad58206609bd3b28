import type { Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { findPassword, type StoredPassword } from '../credentials/find-password.ts'
import type { PasswordHash } from '../credentials/password-hash.ts'
import { setPassword } from '../credentials/set-password.ts'
import { endChallenges } from '../email-challenges/end-challenges.ts'
import { type Doer, leaveNotice, type NoticeDeps } from '../mails/leave-notice.ts'
import { endOwnSessions } from '../sessions/end-own-sessions.ts'
import type { Session } from '../sessions/session.ts'

export interface PasswordChange {
  /** The one that it is done in, and that stays. */
  readonly session: Session
  /** That was verified. Absent: the account had none. */
  readonly before: StoredPassword | undefined
  readonly hash: PasswordHash
  readonly doer: Doer
}

/** Gives an account the password that its owner chose, and ends all other sessions. False, and nothing changed, where it has another one by now. */
export async function changePassword(
  tx: Transaction,
  notices: NoticeDeps,
  { session, before, hash, doer }: PasswordChange,
): Promise<boolean> {
  const { accountId } = session
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (account === undefined || account.disabledAt !== undefined) return false
  if ((await findPassword(tx.sql, accountId))?.setAt !== before?.setAt) return false
  await setPassword(tx, accountId, hash, `account:${accountId}`)
  await endOwnSessions(tx, session, { kind: 'others' })
  await endChallenges(tx, accountId)
  await leaveNotice(tx, notices, { accountId, notice: 'password_changed', ...doer })
  return true
}
