import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { lockRole } from '../roles/lock-role.ts'
import { deleteRole, insertRole, selectRoleNames } from './account-store.ts'
import { getAccount } from './get-account.ts'
import { lockAccount } from './lock-account.ts'
import { outdateClaims } from './outdate-claims.ts'

/** So many roles may one account have: its tokens carry their names. */
export const MOST_ROLES_OF_ACCOUNT = 32

export interface RoleChange {
  readonly accountId: string
  /** As `parseRole` gives it. */
  readonly role: string
  readonly actor: Actor
}

export type AddedRole =
  /** False when the account had it already. */
  | { readonly ok: true; readonly changed: boolean }
  | { readonly ok: false; readonly reason: 'unknown_role' | 'too_many_roles' }

/**
 * Gives an account a declared role, and outdates its claims.
 *
 * @throws {Error} where the account was purged meanwhile
 */
export async function addRole(tx: Transaction, { accountId, role, actor }: RoleChange): Promise<AddedRole> {
  if (!(await lockRole(tx, role))) return { ok: false, reason: 'unknown_role' }
  // Who is given several roles at once is counted one by one. A purge that had the lock leaves no account, and nothing to give a role to.
  await lockAccount(tx, accountId)
  await getAccount(tx.sql, accountId)
  const roles = await selectRoleNames(tx.sql, accountId)
  if (roles.includes(role)) return { ok: true, changed: false }
  if (roles.length >= MOST_ROLES_OF_ACCOUNT) return { ok: false, reason: 'too_many_roles' }
  if (!(await insertRole(tx.sql, accountId, role))) return { ok: true, changed: false }
  await recordAuditEvent(tx, { act: 'account.role_added', actor, outcome: 'done', accountId, detail: { role } })
  await outdateClaims(tx, accountId)
  return { ok: true, changed: true }
}

/** Takes a role from an account, and outdates its claims. False when it had it not. */
export async function removeRole(tx: Transaction, { accountId, role, actor }: RoleChange): Promise<boolean> {
  // An administrator who was let in while they had it holds the lock: what they do by it is over, and gives it back to nobody.
  await lockAccount(tx, accountId)
  if (!(await deleteRole(tx.sql, accountId, role))) return false
  await recordAuditEvent(tx, { act: 'account.role_removed', actor, outcome: 'done', accountId, detail: { role } })
  await outdateClaims(tx, accountId)
  return true
}
