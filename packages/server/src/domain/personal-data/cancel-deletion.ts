import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { unmarkDeletion } from '../accounts/mark-deletion.ts'
import { leaveNotice } from '../mails/leave-notice.ts'
import type { DeletionAct } from './request-deletion.ts'

/** Keeps an account that was to be deleted. What ended stays ended. False when it is not to be deleted, or is being purged already. */
export async function cancelDeletion(tx: Transaction, { accountId, actor, told }: DeletionAct): Promise<boolean> {
  await lockAccount(tx, accountId)
  if (!(await unmarkDeletion(tx, accountId, actor))) return false
  if (told) await leaveNotice(tx, told.notices, { ...told.doer, accountId, notice: 'deletion_cancelled' })
  return true
}
