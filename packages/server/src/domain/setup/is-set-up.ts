import type { Queries } from '../../platform/database/database.ts'
import { isRoleHeld } from '../accounts/is-role-held.ts'
import { ADMIN_ROLE } from '../roles/role.ts'

/** Whether there is an administrator: an account with the role `admin` that may log in. */
export async function isSetUp(sql: Queries): Promise<boolean> {
  return isRoleHeld(sql, ADMIN_ROLE)
}
