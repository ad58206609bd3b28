import type { Queries } from '../../platform/database/database.ts'
import { selectRoles } from './role-store.ts'

/** All declared roles with their permissions, by name. */
export const listRoles: typeof selectRoles = selectRoles

/** What to say of a role that nobody declared. */
export async function describeUnknownRole(sql: Queries, role: string): Promise<string> {
  const names = (await selectRoles(sql)).map(({ name }) => name)
  return `There is no role ${role}. Declared: ${names.join(', ')}. Declare one with \`ostiary role create\`.`
}
