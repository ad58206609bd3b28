import { listMissing } from '../../../domain/administration/administrator.ts'
import { adminPermissionNames } from '../../../domain/apis/admin-api.ts'
import type { AdminCaller } from '../authenticate-caller.ts'
import { privilegeExceeded } from '../privilege-problems.ts'

/**
 * Nobody gets by a client what they may not do themselves: who gives it a scope of the Admin API, or a secret, keys or addresses of their own to one
 * that has such a scope, must hold the permission of that name.
 *
 * @throws Problem 403 `privilege_exceeded`
 */
export function requireOwnScopes(caller: AdminCaller, scopes: readonly string[]): void {
  const ofAdminApi: readonly string[] = adminPermissionNames
  const missing = listMissing(
    caller,
    scopes.filter((scope) => ofAdminApi.includes(scope)),
  )
  if (missing.length > 0) throw privilegeExceeded(missing)
}
