import { listMissing } from '../../../domain/administration/administrator.ts'
import { ADMIN_AUDIENCE } from '../../../domain/apis/admin-api.ts'
import { type ChangedRolePermissions, changeRolePermissions } from '../../../domain/roles/change-role-permissions.ts'
import type { Role, RolePermission } from '../../../domain/roles/role.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { Problem } from '../../../platform/http/problem.ts'
import type { AdminCaller } from '../authenticate-caller.ts'
import { privilegeExceeded } from '../privilege-problems.ts'

/**
 * Has a role permit this and nothing else. Gives whether something was taken, which outdates its accounts' claims.
 *
 * @throws Problem 403 `privilege_exceeded`, 409 `built_in_role`, 400 `unknown_permission`
 */
export async function replacePermissions(
  tx: Transaction,
  caller: AdminCaller,
  { role, wanted }: { readonly role: Role; readonly wanted: readonly RolePermission[] },
): Promise<boolean> {
  const missing = listMissing(caller, namesAt(wanted, ADMIN_AUDIENCE))
  if (missing.length > 0) throw privilegeExceeded(missing)
  const audiences = new Set([...wanted, ...role.permissions].map(({ audience }) => audience))
  let isNarrowed = false
  for (const audience of [...audiences].sort()) {
    const [before, after] = [namesAt(role.permissions, audience), namesAt(wanted, audience)]
    const add = after.filter((name) => !before.includes(name))
    const remove = before.filter((name) => !after.includes(name))
    if (add.length + remove.length === 0) continue
    const change = { role: role.name, audience, add, remove }
    const changed = await changeRolePermissions(tx, change, caller.actor)
    if (!changed.ok) throw toProblem(changed, audience)
    isNarrowed ||= changed.removed.length > 0
  }
  return isNarrowed
}

function namesAt(permissions: readonly RolePermission[], audience: string): readonly string[] {
  return [...new Set(permissions.filter((one) => one.audience === audience).map(({ permission }) => permission))]
}

function toProblem(refused: Exclude<ChangedRolePermissions, { ok: true }>, audience: string): Problem {
  switch (refused.reason) {
    case 'unknown_permission': {
      const declared = refused.declared.join(', ') || 'none'
      const detail = `The API ${audience} does not have the permission ${refused.unknown.join(', ')}. It has: ${declared}.`
      return new Problem({ status: 400, code: 'unknown_permission', detail })
    }
    case 'unknown_audience':
      return new Problem({ status: 400, code: 'unknown_audience', detail: `There is no API ${audience}.` })
    case 'not_for_organizations': {
      const detail = 'A role of organizations is given by their owners: it can have no permission of the Admin API.'
      return new Problem({ status: 400, code: 'not_for_organizations', detail })
    }
    default:
      return builtInRole()
  }
}

export function builtInRole(): Problem {
  return new Problem({ status: 409, code: 'built_in_role', detail: 'The role is built in: it stays as it is.' })
}
