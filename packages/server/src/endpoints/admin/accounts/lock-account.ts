import type { Account } from '../../../domain/accounts/account.ts'
import { type AccountHandling, lockAdministered } from '../../../domain/administration/lock-administered.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import type { AdminCall } from '../admin-call.ts'
import { lastAdmin, privilegeExceeded } from '../privilege-problems.ts'
import { unknownResource } from '../unknown-resource.ts'

/**
 * The account that a call is about, locked, where who calls may change it.
 *
 * @throws Problem 404 `not_found`, 403 `privilege_exceeded`, 409 `last_admin`
 */
export async function lockAccount(
  tx: Transaction,
  { caller }: Pick<AdminCall, 'caller'>,
  handling: AccountHandling,
): Promise<Account> {
  const locked = await lockAdministered(tx, caller, handling)
  if (locked.ok) return locked.account
  if (locked.reason === 'privilege_exceeded') throw privilegeExceeded(locked.missing)
  throw locked.reason === 'last_admin' ? lastAdmin() : unknownResource('account')
}
