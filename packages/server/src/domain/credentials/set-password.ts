import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { PasswordHash } from './password-hash.ts'
import { updateHash, upsertPassword } from './password-store.ts'

/** Gives the account this password, instead of the one it had. The hash is made before the transaction: it takes time. */
export async function setPassword(tx: Transaction, accountId: string, hash: PasswordHash, actor: Actor): Promise<void> {
  await upsertPassword(tx.sql, accountId, hash, tx.now)
  await recordAuditEvent(tx, { act: 'password.set', actor, outcome: 'done', accountId })
}

/**
 * Stores the same password under a stronger hash. False, and nothing changed, when the account has another password by now.
 */
export async function replaceHash(
  tx: Transaction,
  accountId: string,
  oldHash: PasswordHash,
  newHash: PasswordHash,
): Promise<boolean> {
  if (!(await updateHash(tx.sql, accountId, oldHash, newHash))) return false
  await recordAuditEvent(tx, { act: 'password.rehashed', actor: 'system', outcome: 'done', accountId })
  return true
}
