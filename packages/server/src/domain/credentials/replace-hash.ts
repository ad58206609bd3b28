import type { Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { PasswordHash } from './password-hash.ts'
import { updateHash } from './password-store.ts'

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
