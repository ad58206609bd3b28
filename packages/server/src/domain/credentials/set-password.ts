import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { forgetDevices } from '../remembered-devices/remembered-devices.ts'
import type { PasswordHash } from './password-hash.ts'
import { upsertPassword } from './password-store.ts'

/** Gives the account this password, instead of the one it had. The hash is made before the transaction: it takes time. */
export async function setPassword(tx: Transaction, accountId: string, hash: PasswordHash, actor: Actor): Promise<void> {
  await lockAccount(tx, accountId)
  await upsertPassword(tx.sql, accountId, hash, tx.now)
  // Whoever knew the old one may have had their own browser remembered.
  await forgetDevices(tx, accountId, actor)
  await recordAuditEvent(tx, { act: 'password.set', actor, outcome: 'done', accountId })
}
