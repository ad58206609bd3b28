import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Acr } from '../assurance/acr.ts'
import type { Role, RolePermission } from './role.ts'

type RoleTables = {
  // It has ended while its accounts are still losing it: then nobody may have it, and its name is not free yet.
  role: {
    name: string
    description: string | null
    required_acr: string | null
    is_for_organizations: number
    created_at: number
    ended_at: number | null
  }
  role_permission: { role: string; audience: string; permission: string }
}

/** Whether the row was new: false when there is a role of this name already. */
export async function insertRole(sql: Queries, role: Role): Promise<boolean> {
  const { name, description = null, requiredAcr = null, createdAt } = role
  const is_for_organizations = Number(role.isForOrganizations)
  const inserted = await sql
    .withTables<RoleTables>()
    .insertInto('role')
    .values({
      name,
      description,
      is_for_organizations,
      required_acr: requiredAcr,
      created_at: createdAt,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('name')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Keeps a role that has not ended as it is until the transaction ends, waiting for whoever changes it. Absent: there is none. */
export async function lockRow(
  sql: Queries,
  name: string,
): Promise<{ readonly isForOrganizations: boolean } | undefined> {
  const row = await sql
    .withTables<RoleTables>()
    .updateTable('role')
    .set(({ ref }) => ({ created_at: ref('created_at') }))
    .where('name', '=', name)
    .where('ended_at', 'is', null)
    .returning('is_for_organizations')
    .executeTakeFirst()
  return row && { isForOrganizations: row.is_for_organizations === 1 }
}

/** The same of one that has ended. */
export async function lockEndedRow(sql: Queries, name: string): Promise<boolean> {
  const row = await sql
    .withTables<RoleTables>()
    .updateTable('role')
    .set(({ ref }) => ({ created_at: ref('created_at') }))
    .where('name', '=', name)
    .where('ended_at', 'is not', null)
    .returning('name')
    .executeTakeFirst()
  return row !== undefined
}

export async function updateDescription(sql: Queries, name: string, description: string): Promise<void> {
  await sql.withTables<RoleTables>().updateTable('role').set({ description }).where('name', '=', name).execute()
}

/** Undefined: it demands nothing. */
export async function updateRequiredAcr(sql: Queries, name: string, acr: Acr | undefined): Promise<void> {
  const required = { required_acr: acr ?? null }
  await sql.withTables<RoleTables>().updateTable('role').set(required).where('name', '=', name).execute()
}

/** What those of these roles that have not ended demand. */
export async function selectRequiredAcrs(sql: Queries, names: readonly string[]): Promise<readonly Acr[]> {
  if (names.length === 0) return []
  const rows = await sql
    .withTables<RoleTables>()
    .selectFrom('role')
    .select('required_acr')
    .where('name', 'in', names)
    .where('ended_at', 'is', null)
    .where('required_acr', 'is not', null)
    .execute()
  return rows.map(({ required_acr }) => required_acr as Acr)
}

/** Whether this call ended it. */
export async function markRoleEnded(sql: Queries, name: string, now: EpochMilliseconds): Promise<boolean> {
  const ended = await sql
    .withTables<RoleTables>()
    .updateTable('role')
    .set({ ended_at: now })
    .where('name', '=', name)
    .where('ended_at', 'is', null)
    .returning('name')
    .executeTakeFirst()
  return ended !== undefined
}

export async function deleteEndedRole(sql: Queries, name: string): Promise<boolean> {
  const deleted = await sql
    .withTables<RoleTables>()
    .deleteFrom('role')
    .where('name', '=', name)
    .where('ended_at', 'is not', null)
    .returning('name')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Whether it has ended and waits for its accounts to lose it. */
export async function isRoleEnded(sql: Queries, name: string): Promise<boolean> {
  const row = await sql
    .withTables<RoleTables>()
    .selectFrom('role')
    .select('name')
    .where('name', '=', name)
    .where('ended_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/** Those that have not ended, by name. */
export async function selectRoles(sql: Queries): Promise<Role[]> {
  const tables = sql.withTables<RoleTables>()
  const rows = await tables.selectFrom('role').selectAll().where('ended_at', 'is', null).execute()
  const permissions = Map.groupBy(await tables.selectFrom('role_permission').selectAll().execute(), ({ role }) => role)
  return rows
    .map(({ name, description, is_for_organizations, required_acr, created_at }) => ({
      name,
      description: description ?? undefined,
      isForOrganizations: is_for_organizations === 1,
      permissions: sortPermissions(permissions.get(name) ?? []),
      requiredAcr: (required_acr as Acr | null) ?? undefined,
      createdAt: created_at,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

function sortPermissions(rows: readonly RolePermission[]): RolePermission[] {
  return rows
    .map(({ audience, permission }) => ({ audience, permission }))
    .sort((one, other) => (`${one.audience} ${one.permission}` < `${other.audience} ${other.permission}` ? -1 : 1))
}

/** Those that were new. */
export async function insertPermissions(
  sql: Queries,
  role: string,
  permissions: readonly RolePermission[],
): Promise<RolePermission[]> {
  if (permissions.length === 0) return []
  return sql
    .withTables<RoleTables>()
    .insertInto('role_permission')
    .values(permissions.map(({ audience, permission }) => ({ role, audience, permission })))
    .onConflict((conflict) => conflict.columns(['role', 'audience', 'permission']).doNothing())
    .returning(['audience', 'permission'])
    .execute()
}

/** Whether the role had it. */
export async function deletePermission(
  sql: Queries,
  role: string,
  { audience, permission }: RolePermission,
): Promise<boolean> {
  const deleted = await sql
    .withTables<RoleTables>()
    .deleteFrom('role_permission')
    .where('role', '=', role)
    .where('audience', '=', audience)
    .where('permission', '=', permission)
    .returning('role')
    .executeTakeFirst()
  return deleted !== undefined
}

export async function deletePermissionsOfRole(sql: Queries, role: string): Promise<void> {
  await sql.withTables<RoleTables>().deleteFrom('role_permission').where('role', '=', role).execute()
}

/** Takes from all roles what they have of an API beside these. */
export async function deletePermissionsOtherThan(
  sql: Queries,
  audience: string,
  permissions: readonly string[],
): Promise<void> {
  await sql
    .withTables<RoleTables>()
    .deleteFrom('role_permission')
    .where('audience', '=', audience)
    .where('permission', 'not in', permissions)
    .execute()
}

/** The roles that lost a permission of an API. */
export async function deletePermissionsOfApi(
  sql: Queries,
  audience: string,
  permissions: readonly string[],
): Promise<string[]> {
  const rows = await sql
    .withTables<RoleTables>()
    .deleteFrom('role_permission')
    .where('audience', '=', audience)
    .where('permission', 'in', permissions)
    .returning('role')
    .execute()
  return rows.map(({ role }) => role)
}

export async function selectRolesWithPermissions(
  sql: Queries,
  audience: string,
  permissions: readonly string[],
): Promise<string[]> {
  const rows = await sql
    .withTables<RoleTables>()
    .selectFrom('role_permission')
    .select('role')
    .distinct()
    .where('audience', '=', audience)
    .where('permission', 'in', permissions)
    .execute()
  return rows.map(({ role }) => role)
}

/** What these roles have, at one API or at all of them. */
export async function selectPermissionsOfRoles(
  sql: Queries,
  roles: readonly string[],
  audience?: string,
): Promise<readonly (RolePermission & { readonly role: string })[]> {
  if (roles.length === 0) return []
  let query = sql.withTables<RoleTables>().selectFrom('role_permission').selectAll().where('role', 'in', roles)
  if (audience !== undefined) query = query.where('audience', '=', audience)
  return query.execute()
}
