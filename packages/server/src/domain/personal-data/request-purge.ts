import type { Transaction } from '../../platform/database/database.ts'
import { beginPurge } from '../accounts/mark-deletion.ts'
import { cancelDeletion } from './cancel-deletion.ts'
import { type DeletionAct, requestDeletion } from './request-deletion.ts'

/**
 * Has an account deleted without grace, whether it waits already or not, and also when it is disabled. Its purge begins in this transaction, so nobody
 * keeps it any more, and a server finishes what is broken off. `purgeAccount` has to follow it.
 */
export async function requestPurge(tx: Transaction, { accountId, actor }: DeletionAct): Promise<void> {
  await cancelDeletion(tx, { accountId, actor })
  await requestDeletion(tx, { accountId, actor, graceDays: 0 })
  await beginPurge(tx, accountId, true)
}
