import type { Transaction } from '../../platform/database/database.ts'
import { ADMIN_AUDIENCE } from '../apis/admin-api.ts'
import { lockApi } from '../apis/change-api.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { ADMIN_ROLE } from './role.ts'
import {
  deletePermission,
  deletePermissionsOfApi,
  insertPermissions,
  lockRow,
  selectRolesWithPermissions,
  updateDescription,
} from './role-store.ts'

/** What an operator changes of a role. Permissions are of one API. */
export interface RolePermissionsChange {
  readonly role: string
  readonly description?: string | undefined
  readonly audience: string | undefined
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

export type ChangedRolePermissions =
  | { readonly ok: true; readonly added: readonly string[]; readonly removed: readonly string[] }
  | { readonly ok: false; readonly reason: 'unknown_role' | 'built_in_role' | 'unknown_audience' }
  /** Whoever owns an organization gives its roles to anybody. */
  | { readonly ok: false; readonly reason: 'not_for_organizations' }
  | {
      readonly ok: false
      readonly reason: 'unknown_permission'
      readonly unknown: readonly string[]
      readonly declared: readonly string[]
    }

/**
 * Gives a role permissions of an API, and takes some. Its accounts are another room's: who takes one outdates their claims in the same
 * transaction.
 */
export async function changeRolePermissions(
  tx: Transaction,
  { role, description, audience, add, remove }: RolePermissionsChange,
  actor: Actor,
): Promise<ChangedRolePermissions> {
  if (role === ADMIN_ROLE) return { ok: false, reason: 'built_in_role' }
  // First the API, as whoever takes a permission from it does.
  const api = audience === undefined ? undefined : await lockApi(tx, audience)
  if (audience !== undefined && !api) return { ok: false, reason: 'unknown_audience' }
  const locked = await lockRow(tx.sql, role)
  if (locked === undefined) return { ok: false, reason: 'unknown_role' }
  if (locked.isForOrganizations && audience === ADMIN_AUDIENCE) return { ok: false, reason: 'not_for_organizations' }
  const declared = api?.permissions.map(({ name }) => name) ?? []
  const unknown = [...add, ...remove].filter((permission) => !declared.includes(permission))
  if (unknown.length > 0) return { ok: false, reason: 'unknown_permission', unknown, declared }
  if (description !== undefined) await updateDescription(tx.sql, role, description)
  const ofApi = (permission: string) => ({ audience: audience ?? '', permission })
  const added = (await insertPermissions(tx.sql, role, [...new Set(add)].map(ofApi))).map(
    ({ permission }) => permission,
  )
  const removed: string[] = []
  for (const permission of remove) if (await deletePermission(tx.sql, role, ofApi(permission))) removed.push(permission)
  const detail = { role, audience: audience ?? null, added: added.sort(), removed }
  await recordAuditEvent(tx, { act: 'role.changed', actor, outcome: 'done', detail })
  return { ok: true, added, removed }
}

/** Takes permissions that an API does not have any more from all roles. Returns the roles that had one. */
export async function dropPermissions(
  tx: Transaction,
  audience: string,
  permissions: readonly string[],
): Promise<readonly string[]> {
  return permissions.length === 0 ? [] : [...new Set(await deletePermissionsOfApi(tx.sql, audience, permissions))]
}

/** The roles that have one of these permissions of an API. */
export async function findRolesWith(
  tx: Transaction,
  audience: string,
  permissions: readonly string[],
): Promise<readonly string[]> {
  return permissions.length === 0 ? [] : selectRolesWithPermissions(tx.sql, audience, permissions)
}
