import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Account } from './account.ts'
import { deleteIdentifier, insertIdentifier, updateUsername } from './account-store.ts'
import { canonicalLoginName } from './canonical-login-name.ts'
import type { Username } from './parse-username.ts'

/**
 * Gives an account, which is locked, another user name; the old one becomes free. False, and nothing changed, where it is somebody else's, or their
 * address.
 */
export async function changeUsername(
  tx: Transaction,
  account: Account,
  username: Username,
  actor: Actor,
): Promise<boolean> {
  const before = canonicalLoginName(account.username)
  const address = account.email === undefined ? undefined : canonicalLoginName(account.email)
  const { canonical, text } = username
  const isOwn = canonical === before || canonical === address
  if (!isOwn && !(await insertIdentifier(tx.sql, canonical, account.id))) return false
  // Where the name was the address, that is still what the person logs in with.
  if (before !== canonical && before !== address) await deleteIdentifier(tx.sql, before)
  await updateUsername(tx.sql, account.id, text)
  await recordAuditEvent(tx, { act: 'account.username_changed', actor, outcome: 'done', accountId: account.id })
  return true
}
