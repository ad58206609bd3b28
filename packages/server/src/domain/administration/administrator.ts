import type { Queries } from '../../platform/database/database.ts'
import { ADMIN_AUDIENCE } from '../apis/admin-api.ts'
import { findPermissionsOfRoles } from '../roles/carry-permissions.ts'

/** Who administers, as far as their token lets them. */
export interface Administrator {
  /** Of the Admin API. */
  readonly permissions: ReadonlySet<string>
}

/** What of this they have not, sorted; empty where they have all. */
export function listMissing({ permissions }: Administrator, wanted: Iterable<string>): readonly string[] {
  return [...new Set(wanted)].filter((name) => !permissions.has(name)).sort()
}

/** What these roles permit at the Admin API that they have not themselves, sorted. */
export async function listMissingOfRoles(
  sql: Queries,
  administrator: Administrator,
  roles: readonly string[],
): Promise<readonly string[]> {
  if (roles.length === 0) return []
  return listMissing(administrator, [...(await findPermissionsOfRoles(sql, ADMIN_AUDIENCE, roles)).values()].flat())
}
