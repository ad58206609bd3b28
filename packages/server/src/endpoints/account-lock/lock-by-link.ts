import { revokeWaysIn } from '../../domain/account-acts/revoke-ways-in.ts'
import type { Account } from '../../domain/accounts/account.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { lockAccount } from '../../domain/accounts/lock-account.ts'
import { lockOutAccount } from '../../domain/accounts/lock-out-account.ts'
import { unmarkDeletion } from '../../domain/accounts/mark-deletion.ts'
import { isRecipient, type LockPayload } from '../../domain/mails/leave-notice.ts'
import { type FoundOneTime, useOneTime } from '../../domain/one-time/one-time.ts'
import { logOutEverywhere } from '../../domain/sessions/log-out-everywhere.ts'
import type { Transaction } from '../../platform/database/database.ts'

export interface LockedByLink {
  /** False where its mail goes to another address by now: then only an operator can let its owner in again. */
  readonly isRecoverable: boolean
}

/** Locks the account that a notice was about, and takes from everybody what they have in it. Undefined when the link is over. */
export async function lockByLink(
  tx: Transaction,
  found: FoundOneTime,
  network: string,
): Promise<LockedByLink | undefined> {
  if (found.state !== 'unused') return undefined
  const payload = found.payload as LockPayload
  const { accountId } = payload
  await lockAccount(tx, accountId)
  if (!(await useOneTime(tx, found.id, 'locked'))) return undefined
  const account = await findAccount(tx.sql, accountId)
  if (account === undefined) return undefined
  const actor = 'anonymous'
  await lockOutAccount(tx, accountId, { actor, network })
  const isRecoverable = isMailOf(account, payload)
  if (!isRecoverable) await disableAccount(tx, accountId, actor)
  // Whoever asked for its deletion may be the one that it is locked against.
  await unmarkDeletion(tx, accountId, actor)
  await logOutEverywhere(tx, accountId, actor)
  await revokeWaysIn(tx, accountId, { actor, network, because: 'account_locked' })
  return { isRecoverable }
}

function isMailOf({ email }: Account, payload: LockPayload): boolean {
  return email !== undefined && isRecipient(payload, email)
}
