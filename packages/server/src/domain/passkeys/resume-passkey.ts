import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { selectPasskeysOf, updatePasskey } from './passkey-store.ts'

/**
 * Lets a suspended passkey of an account be used again: its person knows why its counter went back. Whatever it counts next is taken, since
 * nobody knows where it stands.
 */
export async function resumePasskey(
  tx: Transaction,
  { accountId, id, network }: { accountId: string; id: string; network: string },
): Promise<void> {
  await lockAccount(tx, accountId)
  const passkey = (await selectPasskeysOf(tx.sql, accountId)).find((one) => one.id === id)
  if (passkey?.suspendedAt === undefined) return
  await updatePasskey(tx.sql, { ...passkey, suspendedAt: undefined, signCount: 0 })
  await recordAuditEvent(tx, {
    ...{ act: 'passkey.resumed', actor: `account:${accountId}`, outcome: 'done', accountId, network },
    detail: { passkey: id },
  })
}
