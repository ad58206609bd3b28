import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { ADMIN_ROLE, OWNER_ROLE } from './role.ts'
import { deleteEndedRole, deletePermissionsOfRole, markRoleEnded } from './role-store.ts'

export type EndedRole =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unknown_role' | 'built_in_role' }

/**
 * Ends a role: from here on nobody can be given it, and it permits nothing. The accounts that have it lose it afterwards, step by step;
 * `forgetRole` is the last of the steps.
 */
export async function endRole(tx: Transaction, name: string, actor: Actor): Promise<EndedRole> {
  if (name === ADMIN_ROLE || name === OWNER_ROLE) return { ok: false, reason: 'built_in_role' }
  if (!(await markRoleEnded(tx.sql, name, tx.now))) return { ok: false, reason: 'unknown_role' }
  await deletePermissionsOfRole(tx.sql, name)
  await recordAuditEvent(tx, { act: 'role.deleted', actor, outcome: 'done', detail: { role: name } })
  return { ok: true }
}

/** Makes the name of a role free that has ended, once no account has it. One that has not ended stays as it is. */
export async function forgetRole(tx: Transaction, name: string): Promise<void> {
  await deleteEndedRole(tx.sql, name)
}
