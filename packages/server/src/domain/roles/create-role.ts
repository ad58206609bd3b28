import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Role } from './role.ts'
import { insertRole, isRoleEnded, selectRoles } from './role-store.ts'

/** So many may there be: whoever has more has made one for each account. */
const MOST_ROLES = 1000

export type CreatedRole =
  | { readonly ok: true; readonly role: Role }
  | { readonly ok: false; readonly reason: 'role_taken' | 'role_ending' | 'too_many_roles' }

export interface NewRole extends Pick<Role, 'name' | 'description'> {
  /** Default: it is for accounts. */
  readonly isForOrganizations?: boolean
}

/** Declares a role, without permissions as yet. One that is being deleted is still losing its accounts, and none can have its name. */
export async function createRole(
  tx: Transaction,
  { name, description, isForOrganizations = false }: NewRole,
  actor: Actor,
): Promise<CreatedRole> {
  if ((await selectRoles(tx.sql)).length >= MOST_ROLES) return { ok: false, reason: 'too_many_roles' }
  const role: Role = {
    ...{ name, description, isForOrganizations },
    ...{ permissions: [], requiredAcr: undefined, createdAt: tx.now },
  }
  if (!(await insertRole(tx.sql, role)))
    return { ok: false, reason: (await isRoleEnded(tx.sql, name)) ? 'role_ending' : 'role_taken' }
  await recordAuditEvent(tx, { act: 'role.created', actor, outcome: 'done', detail: { role: name } })
  return { ok: true, role }
}
