import { addRole } from '../../../domain/accounts/change-role.ts'
import { settleOutdatedClaims } from '../../../domain/accounts/settle-outdated-claims.ts'
import { listMissingOfRoles } from '../../../domain/administration/administrator.ts'
import { lockRole } from '../../../domain/roles/lock-role.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, text, waiting } from '../admin-schemas.ts'
import { confirm, readWait } from '../confirm.ts'
import { requireMatch } from '../entity-tag.ts'
import { privilegeExceeded } from '../privilege-problems.ts'
import { tooManyRoles, unknownRole } from './create-account-route.ts'
import { lockAccount } from './lock-account.ts'
import { readAccount } from './read-account.ts'
import { takeAccountRole } from './take-account-role.ts'

const params = closed({
  account_id: text('The account’s id.', { longest: 64 }),
  role: text('The role’s name.', { longest: 64 }),
})

const give = adminRoute({
  name: 'giveAccountRole',
  method: 'PUT',
  path: '/accounts/{account_id}/roles/{role}',
  permission: 'roles:write',
  summary: 'Give an account a role',
  description:
    'One that permits nothing at the Admin API that you may not do yourself. Its tokens are refreshed. Again is no error.',
  params,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  match: 'taken',
  problems: ['unknown_role', 'too_many_roles', 'privilege_exceeded'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, caller } = call
    const { account_id: accountId, role } = call.params
    await deps.database.write(async (tx) => {
      // First the role, then the account: so does whoever gives it elsewhere.
      const isThere = await lockRole(tx, role)
      await lockAccount(tx, call, { accountId })
      requireMatch(call, (await readAccount(tx.sql, accountId)).shown)
      if (!isThere) throw await unknownRole(tx.sql, role)
      const missing = await listMissingOfRoles(tx.sql, caller, [role])
      if (missing.length > 0) throw privilegeExceeded(missing)
      if (!(await addRole(tx, { accountId, role, actor: caller.actor })).ok) throw tooManyRoles()
    })
    return { body: await confirm(call, await settleOutdatedClaims(deps.database)) }
  },
})

const take = adminRoute({
  name: 'takeAccountRole',
  method: 'DELETE',
  path: '/accounts/{account_id}/roles/{role}',
  permission: 'roles:write',
  summary: 'Take a role from an account',
  description: 'Its tokens are answered "refresh required" within a second. That it has it not is no error.',
  params,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  match: 'taken',
  problems: ['privilege_exceeded', 'last_admin'],
  async act(call) {
    readWait(call.query.wait)
    const { account_id: accountId, role } = call.params
    return { body: await confirm(call, await takeAccountRole(call, { accountId, role })) }
  },
})

export const accountRoleRoutes: readonly AdminRoute[] = [give, take]
