import type { Queries, Transaction } from '../../platform/database/database.ts'
import { listRoles } from '../roles/list-roles.ts'
import { lockOrganizationRole } from '../roles/lock-role.ts'
import type { Role } from '../roles/role.ts'

/** So many roles may one member have: tokens carry their names. */
export const MOST_ROLES_OF_MEMBER = 32

/** A role that a member may be given within an organization. */
export type OrganizationRole = Pick<Role, 'name' | 'description'>

/** What members may be given: the declared roles that are for organizations, by name. */
export async function listOrganizationRoles(sql: Queries): Promise<readonly OrganizationRole[]> {
  return (await listRoles(sql)).filter(({ isForOrganizations }) => isForOrganizations)
}

export type GivableRoles =
  /** Sorted by code units, each once. */
  | { readonly ok: true; readonly roles: readonly string[] }
  | { readonly ok: false; readonly reason: 'unknown_role'; readonly role: string }
  | { readonly ok: false; readonly reason: 'too_many_roles' }

/** Checks roles that a member is to have, and has whoever deletes one of them wait. Called before rows of members are changed. */
export async function lockGivenRoles(tx: Transaction, wanted: readonly string[]): Promise<GivableRoles> {
  const roles = [...new Set(wanted)].sort()
  if (roles.length > MOST_ROLES_OF_MEMBER) return { ok: false, reason: 'too_many_roles' }
  for (const role of roles)
    if (!(await lockOrganizationRole(tx, role))) return { ok: false, reason: 'unknown_role', role }
  return { ok: true, roles }
}

/** Those of these roles that are there still: of what was promised some time ago. */
export async function lockRemainingRoles(tx: Transaction, promised: readonly string[]): Promise<readonly string[]> {
  const roles: string[] = []
  for (const role of [...promised].sort()) if (await lockOrganizationRole(tx, role)) roles.push(role)
  return roles
}
