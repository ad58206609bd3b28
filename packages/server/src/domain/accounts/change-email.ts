import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Account } from './account.ts'
import { deleteIdentifier, insertIdentifier, updateEmail, updateUsername } from './account-store.ts'
import { canonicalLoginName } from './canonical-login-name.ts'
import type { Email } from './parse-email.ts'

/**
 * Gives an account, which is locked, another address, which was shown to be its owner's; the old one becomes free. Where the address was the user
 * name, the new one is. False, and nothing changed, where it is somebody else's, or their name.
 */
export async function changeEmail(tx: Transaction, account: Account, email: Email, actor: Actor): Promise<boolean> {
  const name = canonicalLoginName(account.username)
  const before = account.email === undefined ? undefined : canonicalLoginName(account.email)
  const { canonical, text } = email
  const isOwn = canonical === before || canonical === name
  if (!isOwn && !(await insertIdentifier(tx.sql, canonical, account.id))) return false
  // Also where it was the name: that moves along.
  if (before !== undefined && before !== canonical) await deleteIdentifier(tx.sql, before)
  if (name === before) await updateUsername(tx.sql, account.id, text)
  await updateEmail(tx.sql, account.id, { email: text, verifiedAt: tx.now })
  await recordAuditEvent(tx, { act: 'account.email_changed', actor, outcome: 'done', accountId: account.id })
  return true
}
