import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { selectAccount, updateDisabledAt } from './account-store.ts'

export type DisabledAccount =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unknown_account' | 'already_disabled' }

/**
 * Keeps the account from logging in from now on. Its sessions are another room's: who disables an account ends them in the
 * same transaction.
 */
export async function disableAccount(tx: Transaction, accountId: string, actor: Actor): Promise<DisabledAccount> {
  if (!(await updateDisabledAt(tx.sql, accountId, tx.now))) {
    const account = await selectAccount(tx.sql, accountId)
    return { ok: false, reason: account === undefined ? 'unknown_account' : 'already_disabled' }
  }
  await recordAuditEvent(tx, { act: 'account.disabled', actor, outcome: 'done', accountId })
  return { ok: true }
}
