import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { clearDisabledAt, selectAccount } from './account-store.ts'
import { unmarkDeletion } from './mark-deletion.ts'

export type EnabledAccount =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unknown_account' | 'already_enabled' }

/**
 * Lets a disabled account log in again, with the password it had; also one that its owner has locked. Were it to be deleted, it stays: somebody wants
 * it back.
 */
export async function enableAccount(tx: Transaction, accountId: string, actor: Actor): Promise<EnabledAccount> {
  if (!(await clearDisabledAt(tx.sql, accountId))) {
    const account = await selectAccount(tx.sql, accountId)
    return { ok: false, reason: account === undefined ? 'unknown_account' : 'already_enabled' }
  }
  await recordAuditEvent(tx, { act: 'account.enabled', actor, outcome: 'done', accountId })
  await unmarkDeletion(tx, accountId, actor)
  return { ok: true }
}
