import type { Queries } from '../../platform/database/database.ts'
import type { ApiPermission } from '../apis/api.ts'
import { findApi, listApis } from '../apis/list-apis.ts'
import { findMembership } from '../memberships/find-membership.ts'
import {
  type CarriedPermissions,
  type CarryLimit,
  carryPermissions,
  findPermissionsOfRoles,
  NOTHING_CARRIED,
} from '../roles/carry-permissions.ts'
import { selectRoleNames } from './account-store.ts'

/** What an account may at one API, whatever a client's scope lets through. */
export interface EffectivePermissions {
  readonly audience: string
  /** What people know the API by. */
  readonly apiName: string
  /** Sorted by name. */
  readonly permissions: readonly ApiPermission[]
}

/** What an account may by its roles, for a person to read: by API, in the order in which they were registered; those where it may nothing are left out. */
export async function listEffectivePermissions(
  sql: Queries,
  accountId: string,
): Promise<readonly EffectivePermissions[]> {
  const roles = await selectRoleNames(sql, accountId)
  if (roles.length === 0) return []
  const found: EffectivePermissions[] = []
  for (const { audience, name: apiName, permissions } of await listApis(sql)) {
    const held = new Set([...(await findPermissionsOfRoles(sql, audience, roles)).values()].flat())
    const own = permissions.filter(({ name }) => held.has(name))
    if (own.length > 0) found.push({ audience, apiName, permissions: own })
  }
  return found
}

/** Whose token it is, and for what. */
export interface CarriedSubject {
  readonly accountId: string
  /** The organization that the account acts for: then its roles within it count, and no others. */
  readonly organizationId?: string | undefined
  readonly audience: string
}

/**
 * What a token of an account carries, read after the token was dated: so whatever is changed later concerns the token, and it never says what was
 * before a change that is settled.
 */
export async function findCarriedPermissions(
  sql: Queries,
  { accountId, organizationId, audience, ...limit }: CarryLimit & CarriedSubject,
): Promise<CarriedPermissions> {
  const roles = await selectCountingRoles(sql, accountId, organizationId)
  if (roles.length === 0) return NOTHING_CARRIED
  const ofRoles = await findPermissionsOfRoles(sql, audience, roles)
  if (ofRoles.size === 0) return NOTHING_CARRIED
  const api = await findApi(sql, audience)
  return api ? carryPermissions(api, ofRoles, limit) : NOTHING_CARRIED
}

async function selectCountingRoles(
  sql: Queries,
  accountId: string,
  organizationId: string | undefined,
): Promise<readonly string[]> {
  if (organizationId === undefined) return selectRoleNames(sql, accountId)
  return (await findMembership(sql, { organizationId, accountId }))?.roles ?? []
}
