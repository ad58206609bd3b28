import type { Queries } from '../../platform/database/database.ts'
import type { Membership } from './membership.ts'

type MembershipTables = {
  membership: { organization_id: string; account_id: string; joined_at: number; invited_as: string | null }
  membership_role: { organization_id: string; account_id: string; role: string }
}

/** Whose membership of what: a table's whole key. */
export type MembershipKey = Pick<Membership, 'organizationId' | 'accountId'>

/** False, and nothing written, when the account belongs to it already. */
export async function insertMembership(sql: Queries, membership: Membership): Promise<boolean> {
  const { organizationId, accountId, joinedAt, invitedAs, roles } = membership
  const inserted = await sql
    .withTables<MembershipTables>()
    .insertInto('membership')
    .values({
      organization_id: organizationId,
      account_id: accountId,
      joined_at: joinedAt,
      invited_as: invitedAs ?? null,
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'account_id']).doNothing())
    .returning('account_id')
    .executeTakeFirst()
  if (inserted === undefined) return false
  await insertRoles(sql, membership, roles)
  return true
}

async function insertRoles(sql: Queries, key: MembershipKey, roles: readonly string[]): Promise<void> {
  if (roles.length === 0) return
  const { organizationId: organization_id, accountId: account_id } = key
  await sql
    .withTables<MembershipTables>()
    .insertInto('membership_role')
    .values(roles.map((role) => ({ organization_id, account_id, role })))
    .execute()
}

export async function replaceRoles(sql: Queries, key: MembershipKey, roles: readonly string[]): Promise<void> {
  await deleteRoles(sql, key)
  await insertRoles(sql, key, roles)
}

async function deleteRoles(sql: Queries, { organizationId, accountId }: MembershipKey): Promise<void> {
  await sql
    .withTables<MembershipTables>()
    .deleteFrom('membership_role')
    .where('organization_id', '=', organizationId)
    .where('account_id', '=', accountId)
    .execute()
}

/** Whether the account belonged to it. Waits for whoever has locked it. */
export async function deleteMembership(sql: Queries, key: MembershipKey): Promise<boolean> {
  const deleted = await sql
    .withTables<MembershipTables>()
    .deleteFrom('membership')
    .where('organization_id', '=', key.organizationId)
    .where('account_id', '=', key.accountId)
    .returning('account_id')
    .executeTakeFirst()
  if (deleted === undefined) return false
  await deleteRoles(sql, key)
  return true
}

/** The accounts that belonged to it. Waits for whoever has locked one of them. */
export async function deleteMemberships(sql: Queries, organizationId: string): Promise<readonly string[]> {
  const tables = sql.withTables<MembershipTables>()
  const deleted = await tables
    .deleteFrom('membership')
    .where('organization_id', '=', organizationId)
    .returning('account_id')
    .execute()
  await tables.deleteFrom('membership_role').where('organization_id', '=', organizationId).execute()
  return deleted.map(({ account_id }) => account_id)
}

/** Keeps a membership as it is until the transaction ends, waiting for whoever changes it; false when there is none (any more). */
export async function lockRow(sql: Queries, { organizationId, accountId }: MembershipKey): Promise<boolean> {
  const row = await sql
    .withTables<MembershipTables>()
    .updateTable('membership')
    .set(({ ref }) => ({ joined_at: ref('joined_at') }))
    .where('organization_id', '=', organizationId)
    .where('account_id', '=', accountId)
    .returning('account_id')
    .executeTakeFirst()
  return row !== undefined
}

/** The same for all of an organization. The accounts that belong to it. */
export async function lockRows(sql: Queries, organizationId: string): Promise<readonly string[]> {
  const rows = await sql
    .withTables<MembershipTables>()
    .updateTable('membership')
    .set(({ ref }) => ({ joined_at: ref('joined_at') }))
    .where('organization_id', '=', organizationId)
    .returning('account_id')
    .execute()
  return rows.map(({ account_id }) => account_id)
}

export async function selectMembership(sql: Queries, key: MembershipKey): Promise<Membership | undefined> {
  const rows = await sql
    .withTables<MembershipTables>()
    .selectFrom('membership')
    .selectAll()
    .where('organization_id', '=', key.organizationId)
    .where('account_id', '=', key.accountId)
    .execute()
  return (await withRoles(sql, rows))[0]
}

/** All of an organization, the oldest first. */
export async function selectMembers(sql: Queries, organizationId: string): Promise<Membership[]> {
  const memberships = sql.withTables<MembershipTables>().selectFrom('membership').selectAll()
  const rows = await memberships
    .where('organization_id', '=', organizationId)
    .orderBy('joined_at')
    .orderBy('account_id')
    .execute()
  return withRoles(sql, rows)
}

/** Some of an organization, by their accounts' ids: those that stand after one. */
export async function selectMemberPage(
  sql: Queries,
  organizationId: string,
  { after, most }: { readonly after: string; readonly most: number },
): Promise<Membership[]> {
  const memberships = sql.withTables<MembershipTables>().selectFrom('membership').selectAll()
  const rows = await memberships
    .where('organization_id', '=', organizationId)
    .where('account_id', '>', after)
    .orderBy('account_id')
    .limit(most)
    .execute()
  return withRoles(sql, rows)
}

/** All of an account, the oldest first. */
export async function selectMembershipsOf(sql: Queries, accountId: string): Promise<Membership[]> {
  const memberships = sql.withTables<MembershipTables>().selectFrom('membership').selectAll()
  const rows = await memberships
    .where('account_id', '=', accountId)
    .orderBy('joined_at')
    .orderBy('organization_id')
    .execute()
  return withRoles(sql, rows)
}

/** Who else than this account has the role. */
export async function selectOthersWithRole(
  sql: Queries,
  { organizationId, accountId }: MembershipKey,
  role: string,
): Promise<string[]> {
  const rows = await sql
    .withTables<MembershipTables>()
    .selectFrom('membership_role')
    .select('account_id')
    .where('organization_id', '=', organizationId)
    .where('role', '=', role)
    .where('account_id', '!=', accountId)
    .execute()
  return rows.map(({ account_id }) => account_id)
}

async function withRoles(sql: Queries, rows: readonly MembershipTables['membership'][]): Promise<Membership[]> {
  if (rows.length === 0) return []
  const roles = await sql
    .withTables<MembershipTables>()
    .selectFrom('membership_role')
    .selectAll()
    .where('organization_id', 'in', [...new Set(rows.map(({ organization_id }) => organization_id))])
    .where('account_id', 'in', [...new Set(rows.map(({ account_id }) => account_id))])
    .execute()
  const keyOf = (row: { organization_id: string; account_id: string }) => `${row.organization_id} ${row.account_id}`
  const rolesOf = Map.groupBy(roles, keyOf)
  return rows.map((row) => ({
    organizationId: row.organization_id,
    accountId: row.account_id,
    roles: (rolesOf.get(keyOf(row)) ?? []).map(({ role }) => role).sort(),
    joinedAt: row.joined_at,
    invitedAs: row.invited_as ?? undefined,
  }))
}

/** Accounts that have a role within some organization, by their ids, after one of them. */
export async function selectMembersWithRole(
  sql: Queries,
  role: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const rows = await sql
    .withTables<MembershipTables>()
    .selectFrom('membership_role')
    .select('account_id')
    .distinct()
    .where('role', '=', role)
    .where('account_id', '>', after)
    .orderBy('account_id')
    .limit(limit)
    .execute()
  return rows.map(({ account_id }) => account_id)
}

/** Takes a role within any organization from the accounts within (after, upTo]. */
export async function deleteRoleOfMembers(
  sql: Queries,
  role: string,
  { after, upTo }: { readonly after: string; readonly upTo: string },
): Promise<void> {
  await sql
    .withTables<MembershipTables>()
    .deleteFrom('membership_role')
    .where('role', '=', role)
    .where('account_id', '>', after)
    .where('account_id', '<=', upTo)
    .execute()
}
