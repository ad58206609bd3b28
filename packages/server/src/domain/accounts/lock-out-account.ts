import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { updateLockedAt } from './account-store.ts'
import { unmarkDeletion } from './mark-deletion.ts'

/**
 * Keeps the account from logging in until its owner recovers it, because somebody who got its mail says that a stranger is in it. False when it is
 * locked already. Its sessions and keys are other rooms': who locks an account out ends them in the same transaction.
 */
export async function lockOutAccount(
  tx: Transaction,
  accountId: string,
  { actor, network }: { readonly actor: Actor; readonly network: string },
): Promise<boolean> {
  if (!(await updateLockedAt(tx.sql, accountId, tx.now))) return false
  await recordAuditEvent(tx, { act: 'account.locked', actor, outcome: 'done', accountId, network })
  return true
}

/**
 * Ends the lock: its owner has shown who they are, and has new credentials. What an operator has disabled stays disabled. Were it to be deleted, it
 * stays: it may have been the stranger who wanted that. False when it had none.
 */
export async function unlockAccount(tx: Transaction, accountId: string, actor: Actor): Promise<boolean> {
  if (!(await updateLockedAt(tx.sql, accountId, undefined))) return false
  await recordAuditEvent(tx, { act: 'account.unlocked', actor, outcome: 'done', accountId })
  await unmarkDeletion(tx, accountId, actor)
  return true
}
