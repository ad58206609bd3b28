import type { Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { isActive } from '../accounts/is-active.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { ADMIN_AUDIENCE } from '../apis/admin-api.ts'
import { findPermissionsOfRoles } from '../roles/carry-permissions.ts'
import { listMissing, listMissingOfRoles } from './administrator.ts'

/** Whether somebody who gave these roles before could give all of them now, by what their own roles permit. Roles are locked before. */
export async function mayStillGive(tx: Transaction, giverId: string, roles: readonly string[]): Promise<boolean> {
  await lockAccount(tx, giverId)
  const giver = await findAccount(tx.sql, giverId)
  if (giver === undefined || !isActive(giver)) return false
  const own = await findPermissionsOfRoles(tx.sql, ADMIN_AUDIENCE, giver.roles)
  const administrator = { permissions: new Set([...own.values()].flat()) }
  if (listMissing(administrator, ['accounts:write', 'roles:write']).length > 0) return false
  return (await listMissingOfRoles(tx.sql, administrator, roles)).length === 0
}
