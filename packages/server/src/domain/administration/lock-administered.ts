import type { Transaction } from '../../platform/database/database.ts'
import type { Account } from '../accounts/account.ts'
import { findAccount } from '../accounts/find-account.ts'
import { isRoleHeld } from '../accounts/is-role-held.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { lockRole } from '../roles/lock-role.ts'
import { ADMIN_ROLE } from '../roles/role.ts'
import { type Administrator, listMissingOfRoles } from './administrator.ts'

export type LockedAccount =
  | { readonly ok: true; readonly account: Account }
  | { readonly ok: false; readonly reason: 'unknown_account' }
  /** It may more than who wants to change it. */
  | { readonly ok: false; readonly reason: 'privilege_exceeded'; readonly missing: readonly string[] }
  | { readonly ok: false; readonly reason: 'last_admin' }

/** What is to become of the account. */
export interface AccountHandling {
  readonly accountId: string
  /** Whether it can't administer any more then: it is disabled, deleted or loses the role. Default: it still can. */
  readonly endsAdministering?: boolean
}

/** An account that stays as it is until the transaction ends, for an administrator who may change it. Called before anything of it is read. */
export async function lockAdministered(
  tx: Transaction,
  administrator: Administrator,
  { accountId, endsAdministering = false }: AccountHandling,
): Promise<LockedAccount> {
  // All that could leave nobody take turns, or two administrators would each see the other and take each other away.
  if (endsAdministering) await lockRole(tx, ADMIN_ROLE)
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (account === undefined) return { ok: false, reason: 'unknown_account' }
  const missing = await listMissingOfRoles(tx.sql, administrator, account.roles)
  if (missing.length > 0) return { ok: false, reason: 'privilege_exceeded', missing }
  const isAdmin = account.roles.includes(ADMIN_ROLE)
  if (endsAdministering && isAdmin && !(await isRoleHeld(tx.sql, ADMIN_ROLE, accountId)))
    return { ok: false, reason: 'last_admin' }
  return { ok: true, account }
}
