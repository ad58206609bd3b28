import { selectHasRole } from './account-store.ts'

/** Whether any account has a role and may log in: neither disabled nor locked, and not to be deleted. */
export const isRoleHeld: typeof selectHasRole = selectHasRole
