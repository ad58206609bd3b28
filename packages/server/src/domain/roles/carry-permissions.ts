import type { Queries } from '../../platform/database/database.ts'
import type { Api, ApiPermission } from '../apis/api.ts'
import { selectPermissionsOfRoles } from './role-store.ts'

/** What a token for an API carries of an account's roles. Both are sorted by code units, each name once. */
export interface CarriedPermissions {
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
}

export const NOTHING_CARRIED: CarriedPermissions = { roles: [], permissions: [] }

/** What a token may carry at most. */
export interface CarryLimit {
  /** Of the token. */
  readonly scopes: readonly string[]
  /** Where the token comes from another one: whether that one allows it. Default: it does. */
  readonly allows?: (permission: ApiPermission) => boolean
}

/** The permissions at one API, by role. */
export type PermissionsOfRoles = ReadonlyMap<string, readonly string[]>

/**
 * What the account may, by its roles, and the client as well, by the token's scope. A permission that names a scope is carried only together with
 * that scope. A role is carried only where all that it permits at this API is, so that a rule that asks for the role lets no client do
 * what its scope does not.
 *
 * @see RFC 9068 §2.2.3.1
 */
export function carryPermissions(
  { permissions: declared }: Pick<Api, 'permissions'>,
  ofRoles: PermissionsOfRoles,
  { scopes, allows = () => true }: CarryLimit,
): CarriedPermissions {
  const possible = new Set(
    declared
      .filter((permission) => permission.scope === undefined || scopes.includes(permission.scope))
      .filter(allows)
      .map(({ name }) => name),
  )
  const held = new Set([...ofRoles.values()].flat())
  const roles = [...ofRoles].filter(([, own]) => own.length > 0 && own.every((name) => possible.has(name)))
  return {
    roles: roles.map(([role]) => role).sort(),
    permissions: [...held].filter((name) => possible.has(name)).sort(),
  }
}

/** What these roles permit at one API. Roles that permit nothing there are left out. */
export async function findPermissionsOfRoles(
  sql: Queries,
  audience: string,
  roles: readonly string[],
): Promise<PermissionsOfRoles> {
  const rows = await selectPermissionsOfRoles(sql, roles, audience)
  const byRole = Map.groupBy(rows, ({ role }) => role)
  return new Map([...byRole].map(([role, own]) => [role, own.map(({ permission }) => permission)]))
}
