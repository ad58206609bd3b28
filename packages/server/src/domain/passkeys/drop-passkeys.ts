import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { deletePasskey, selectPasskeysOf } from './passkey-store.ts'

/**
 * Takes all passkeys away from an account whose person has lost them, the last way in as well. Returns how many. Whoever calls this has locked
 * the account.
 */
export async function dropPasskeys(tx: Transaction, accountId: string, actor: Actor): Promise<number> {
  const passkeys = await selectPasskeysOf(tx.sql, accountId)
  for (const { id, credentialId, name } of passkeys) {
    await deletePasskey(tx.sql, credentialId)
    const detail = { passkey: id, name }
    await recordAuditEvent(tx, { act: 'passkey.removed', actor, outcome: 'done', accountId, detail })
  }
  return passkeys.length
}
