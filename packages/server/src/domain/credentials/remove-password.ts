import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { deletePassword } from './password-store.ts'

/** Takes its password from an account, if it has one: nobody logs in by one until another is chosen. Whoever calls this has locked the account. */
export async function removePassword(tx: Transaction, accountId: string, actor: Actor): Promise<void> {
  if (await deletePassword(tx.sql, accountId))
    await recordAuditEvent(tx, { act: 'password.removed', actor, outcome: 'done', accountId })
}
