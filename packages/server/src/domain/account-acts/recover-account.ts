import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { Account } from '../accounts/account.ts'
import { canonicalLoginName } from '../accounts/canonical-login-name.ts'
import { findAccount } from '../accounts/find-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { unlockAccount } from '../accounts/lock-out-account.ts'
import { verifyEmail } from '../accounts/verify-email.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { PasswordHash } from '../credentials/password-hash.ts'
import { setPassword } from '../credentials/set-password.ts'
import type { EmailChallenge } from '../email-challenges/email-challenge.ts'
import { endChallenges } from '../email-challenges/end-challenges.ts'
import { useChallenge } from '../email-challenges/use-challenge.ts'
import { type Doer, leaveNotice, type NoticeDeps } from '../mails/leave-notice.ts'
import { logOutEverywhere } from '../sessions/log-out-everywhere.ts'
import { revokeWaysIn } from './revoke-ways-in.ts'

export interface Recovery {
  /** Proved. */
  readonly challenge: EmailChallenge
  readonly hash: PasswordHash
  readonly doer: Doer
}

/**
 * Gives an account a new password by what was mailed to its address, ends its sessions, and opens it where its owner
 * had locked it. Where the address had never been proved, whoever had the account until now keeps no other way in. False where
 * the challenge was used or is over by now, or is no longer this account's: nothing is changed then.
 */
export async function recoverAccount(
  tx: Transaction,
  notices: NoticeDeps,
  { challenge, hash, doer }: Recovery,
): Promise<boolean> {
  const { accountId = '' } = challenge
  if (!(await useChallenge(tx, challenge))) return false
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (!isRecoverable(account) || canonicalLoginName(account.email) !== challenge.email) return false
  if (isBeingPurged(account, tx.now)) return false
  const actor = `account:${accountId}` as const
  const { network } = doer
  if (account.emailVerifiedAt === undefined)
    await revokeWaysIn(tx, accountId, { actor, network, because: 'address_proved' })
  await setPassword(tx, accountId, hash, actor)
  await unlockAccount(tx, accountId, actor)
  await verifyEmail(tx, accountId, { actor })
  await logOutEverywhere(tx, accountId, actor)
  await endChallenges(tx, accountId)
  await leaveNotice(tx, notices, { accountId, notice: 'recovery_used', ...doer })
  await recordAuditEvent(tx, { act: 'account.recovered', actor, outcome: 'done', accountId, network })
  return true
}

/** Its grace is over: what is written for it now could outlive it. A closed account waits, whatever its time is. */
function isBeingPurged({ deleteAfter, disabledAt }: Account, now: EpochMilliseconds): boolean {
  return disabledAt === undefined && deleteAfter !== undefined && deleteAfter <= now
}

/** Whether a mail may lead back into it: it has an address, and no operator has disabled it. */
export function isRecoverable(account: Account | undefined): account is Account & { readonly email: string } {
  return account?.email !== undefined && account.disabledBy !== 'operator'
}
