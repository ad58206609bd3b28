import { listRoles } from '../../../domain/roles/list-roles.ts'
import type { Role } from '../../../domain/roles/role.ts'
import type { Queries } from '../../../platform/database/database.ts'
import { unknownResource } from '../unknown-resource.ts'

/** @throws Problem 404 `not_found` */
export async function findRole(sql: Queries, name: string): Promise<Role> {
  const role = (await listRoles(sql)).find((one) => one.name === name)
  if (role === undefined) throw unknownResource('role')
  return role
}
