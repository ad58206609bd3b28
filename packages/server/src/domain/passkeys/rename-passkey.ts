import type { Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { selectPasskeysOf, updatePasskey } from './passkey-store.ts'

/** Renames one of an account's passkeys; nothing happens where it has none of that id. The name has been checked. */
export async function renamePasskey(
  tx: Transaction,
  { accountId, id, name, network }: { accountId: string; id: string; name: string; network: string },
): Promise<void> {
  const passkey = (await selectPasskeysOf(tx.sql, accountId)).find((one) => one.id === id)
  if (!passkey || passkey.name === name) return
  await updatePasskey(tx.sql, { ...passkey, name })
  await recordAuditEvent(tx, {
    ...{ act: 'passkey.renamed', actor: `account:${accountId}`, outcome: 'done', accountId, network },
    detail: { passkey: id, name },
  })
}
