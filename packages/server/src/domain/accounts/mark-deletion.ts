import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { clearDeletion, deleteRows, selectDue, updateDeletion, updatePurgeStart } from './account-store.ts'

/**
 * Has an account wait for its deletion. False when there is none, or when it waits already. Its sessions and keys are other rooms': who marks it ends
 * them in the same transaction.
 */
export async function markDeletion(
  tx: Transaction,
  accountId: string,
  { deleteAfter, actor }: { readonly deleteAfter: EpochMilliseconds; readonly actor: Actor },
): Promise<boolean> {
  if (!(await updateDeletion(tx.sql, accountId, deleteAfter))) return false
  const detail = { delete_after: new Date(deleteAfter).toISOString() }
  await recordAuditEvent(tx, { act: 'account.deletion_requested', actor, outcome: 'done', accountId, detail })
  return true
}

/** Has it stay. False when it does not wait, or when its purge has begun: nobody gets half an account back. */
export async function unmarkDeletion(tx: Transaction, accountId: string, actor: Actor): Promise<boolean> {
  if (!(await clearDeletion(tx.sql, accountId))) return false
  await recordAuditEvent(tx, { act: 'account.deletion_cancelled', actor, outcome: 'done', accountId })
  return true
}

/**
 * Begins the purge of an account whose grace is over; from now on it does not come back. False when it stays after all.
 *
 * @param evenIfDisabled only an operator who asks for it by name may say so
 */
export async function beginPurge(tx: Transaction, accountId: string, evenIfDisabled: boolean): Promise<boolean> {
  return updatePurgeStart(tx.sql, accountId, { now: tx.now, evenIfDisabled })
}

/**
 * Accounts whose purge has begun, and those whose grace is over. A disabled or locked one is left alone until that ends, which keeps it: whoever
 * asked for its deletion may have been the one that it was locked against.
 */
export async function listAccountsToPurge(sql: Queries, now: EpochMilliseconds, most: number): Promise<string[]> {
  return selectDue(sql, now, most)
}

/** Deletes the account itself, with its names and roles: from now on they are free. Nothing is there to be done twice. */
export async function deleteAccount(tx: Transaction, accountId: string): Promise<void> {
  if (!(await deleteRows(tx.sql, accountId))) return
  await recordAuditEvent(tx, { act: 'account.deleted', actor: 'system', outcome: 'done', accountId })
}
