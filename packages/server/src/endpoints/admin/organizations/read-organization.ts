import { findOrganization } from '../../../domain/organizations/find-organization.ts'
import { lockOrganization } from '../../../domain/organizations/lock-organization.ts'
import type { Organization } from '../../../domain/organizations/organization.ts'
import type { Queries, Transaction } from '../../../platform/database/database.ts'
import { unknownResource } from '../unknown-resource.ts'

/** By its id or its slug. @throws Problem 404 `not_found` */
export async function readOrganization(sql: Queries, idOrSlug: string): Promise<Organization> {
  const organization = await findOrganization(sql, idOrSlug)
  if (organization === undefined) throw unknownResource('organization')
  return organization
}

/** The same, and it stays as it is until the transaction ends. */
export async function lockOrganizationOf(tx: Transaction, idOrSlug: string): Promise<Organization> {
  const { id } = await readOrganization(tx.sql, idOrSlug)
  const locked = await lockOrganization(tx, id)
  if (locked === undefined) throw unknownResource('organization')
  return locked
}
