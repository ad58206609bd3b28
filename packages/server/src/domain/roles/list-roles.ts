import type { Queries } from '../../platform/database/database.ts'
import { selectRoles } from './role-store.ts'

/** Who has roles: accounts by themselves, or members of organizations within them. */
export type RoleHolder = 'account' | 'member'

/** All declared roles with their permissions, by name. */
export const listRoles: typeof selectRoles = selectRoles

/** What to say of a role that nobody declared, for accounts or for members of organizations. */
export async function describeUnknownRole(sql: Queries, role: string, whose: RoleHolder = 'account'): Promise<string> {
  const isForOrganizations = whose === 'member'
  const roles = (await selectRoles(sql)).filter((one) => one.isForOrganizations === isForOrganizations)
  const [who, option] = isForOrganizations ? ['members of organizations', ' --for-organizations'] : ['accounts', '']
  const names = roles.map(({ name }) => name).join(', ')
  return `There is no role ${role} for ${who}. Declared: ${names}. Declare one with \`ostiary role create${option}\`.`
}
