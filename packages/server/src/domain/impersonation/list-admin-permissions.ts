import type { Queries } from '../../platform/database/database.ts'
import type { Account } from '../accounts/account.ts'
import { ADMIN_AUDIENCE } from '../apis/admin-api.ts'
import { listMemberships } from '../memberships/find-membership.ts'
import { findPermissionsOfRoles } from '../roles/carry-permissions.ts'

/** What an account may by the admin API, by any role that it has anywhere, whatever its tokens carry now. */
export async function listAdminPermissions(sql: Queries, { id, roles }: Account): Promise<readonly string[]> {
  const memberships = await listMemberships(sql, id)
  const all = [...new Set([...roles, ...memberships.flatMap((membership) => membership.roles)])]
  if (all.length === 0) return []
  return [...(await findPermissionsOfRoles(sql, ADMIN_AUDIENCE, all)).values()].flat()
}
