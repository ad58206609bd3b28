import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { deleteRole, insertRole } from './account-store.ts'

export interface RoleChange {
  readonly accountId: string
  /** As `parseRole` gives it. */
  readonly role: string
  readonly actor: Actor
}

/**
 * Gives an account a role. False when it had it already. Its sessions are another room's: who changes a role outdates their claims in the
 * same transaction.
 */
export async function addRole(tx: Transaction, { accountId, role, actor }: RoleChange): Promise<boolean> {
  if (!(await insertRole(tx.sql, accountId, role))) return false
  await recordAuditEvent(tx, { act: 'account.role_added', actor, outcome: 'done', accountId, detail: { role } })
  return true
}

/** Takes a role from an account. False when it had it not. As with `addRole`, its sessions' claims are outdated then. */
export async function removeRole(tx: Transaction, { accountId, role, actor }: RoleChange): Promise<boolean> {
  if (!(await deleteRole(tx.sql, accountId, role))) return false
  await recordAuditEvent(tx, { act: 'account.role_removed', actor, outcome: 'done', accountId, detail: { role } })
  return true
}
