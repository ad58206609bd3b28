import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { selectPasskeysOf, updatePasskey } from './passkey-store.ts'

/**
 * Suspends every passkey of an account, in which a stranger may be: one of them may be the stranger's. Its person allows their own again. Whoever
 * calls this has locked the account.
 */
export async function suspendPasskeys(
  tx: Transaction,
  accountId: string,
  { actor, network, because }: { readonly actor: Actor; readonly network: string; readonly because: string },
): Promise<void> {
  for (const passkey of await selectPasskeysOf(tx.sql, accountId)) {
    if (passkey.suspendedAt !== undefined) continue
    await updatePasskey(tx.sql, { ...passkey, suspendedAt: tx.now })
    await recordAuditEvent(tx, {
      ...{ act: 'passkey.suspended', actor, outcome: 'done', accountId, network },
      detail: { passkey: passkey.id, because },
    })
  }
}
