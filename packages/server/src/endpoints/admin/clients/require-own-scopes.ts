import { listMissing } from '../../../domain/administration/administrator.ts'
import { type AdminPermission, adminPermissionNames, isAdminScope } from '../../../domain/apis/admin-api.ts'
import type { AdminCaller } from '../authenticate-caller.ts'
import { privilegeExceeded } from '../privilege-problems.ts'

/** With it a client takes any role from any account at `POST /revocations`, as the command line does, and replaces keys. */
const SCOPE_OF_REVOCATIONS: AdminPermission = 'revocations:write'

/**
 * Nobody gets by a client what they may not do themselves: who gives it a scope of the Admin API, or a secret, keys or addresses of their own to one
 * that has such a scope, must hold the permission of that name; and all of them for `revocations:write`.
 *
 * @throws Problem 403 `privilege_exceeded`
 */
export function requireOwnScopes(caller: AdminCaller, scopes: readonly string[]): void {
  const wanted = scopes.includes(SCOPE_OF_REVOCATIONS) ? adminPermissionNames : scopes.filter(isAdminScope)
  const missing = listMissing(caller, wanted)
  if (missing.length > 0) throw privilegeExceeded(missing)
}
