import { settleOutdatedClaims } from '../../../domain/accounts/settle-outdated-claims.ts'
import { takeRoleWithin } from '../../../domain/revocation-acts/change-roles.ts'
import { ADMIN_ROLE } from '../../../domain/roles/role.ts'
import type { AdminCall } from '../admin-call.ts'
import { requireMatch } from '../entity-tag.ts'
import { lockAccount } from './lock-account.ts'
import { readAccount } from './read-account.ts'

/**
 * Takes a role from an account and gives the feed's number. The last administrator keeps theirs, and so does who may more than the caller.
 *
 * @throws Problem 404 `not_found`, 403 `privilege_exceeded`, 409 `last_admin`, 412 `precondition_failed`
 */
export async function takeAccountRole(
  call: AdminCall,
  { accountId, role }: { readonly accountId: string; readonly role: string },
): Promise<number> {
  const { deps, caller } = call
  await deps.database.write(async (tx) => {
    await lockAccount(tx, call, { accountId, endsAdministering: role === ADMIN_ROLE })
    requireMatch(call, (await readAccount(tx.sql, accountId)).shown)
    await takeRoleWithin(tx, { accountId, role, actor: caller.actor })
  })
  return settleOutdatedClaims(deps.database)
}
