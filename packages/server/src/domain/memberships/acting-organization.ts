import type { Queries, Transaction } from '../../platform/database/database.ts'
import { findOrganization, findOrganizations } from '../organizations/find-organization.ts'
import type { Organization } from '../organizations/organization.ts'
import { lockRow, selectMembership, selectMembershipsOf } from './membership-store.ts'

/** An organization that an account may act for, and what it is within it. */
export interface ActingOrganization extends Pick<Organization, 'id' | 'slug' | 'name'> {
  readonly roles: readonly string[]
}

/**
 * The organization of this id or slug, if the account may act for it now. Absent alike where there is none, where it is disabled, and where
 * the account does not belong to it: who is no member learns nothing of it.
 */
export async function findActingOrganization(
  sql: Queries,
  accountId: string,
  idOrSlug: string,
): Promise<ActingOrganization | undefined> {
  const organization = await findOrganization(sql, idOrSlug)
  if (!organization || organization.disabledAt !== undefined) return undefined
  const membership = await selectMembership(sql, { organizationId: organization.id, accountId })
  return membership && toActing(organization, membership.roles)
}

/**
 * The same, for whoever has a session act for it: until the transaction ends nobody removes the member or disables the organization, so
 * whoever does it finds the session.
 */
export async function admitToOrganization(
  tx: Transaction,
  accountId: string,
  idOrSlug: string,
): Promise<ActingOrganization | undefined> {
  const organization = await findOrganization(tx.sql, idOrSlug)
  if (!organization || !(await lockRow(tx.sql, { organizationId: organization.id, accountId }))) return undefined
  return findActingOrganization(tx.sql, accountId, organization.id)
}

/** All that an account may act for, by name. */
export async function listActingOrganizations(sql: Queries, accountId: string): Promise<ActingOrganization[]> {
  const memberships = await selectMembershipsOf(sql, accountId)
  const organizations = await findOrganizations(
    sql,
    memberships.map(({ organizationId }) => organizationId),
  )
  const rolesOf = new Map(memberships.map(({ organizationId, roles }) => [organizationId, roles]))
  return organizations
    .filter(({ disabledAt }) => disabledAt === undefined)
    .map((organization) => toActing(organization, rolesOf.get(organization.id) ?? []))
    .sort((one, other) => one.name.localeCompare(other.name) || one.id.localeCompare(other.id))
}

function toActing({ id, slug, name }: Organization, roles: readonly string[]): ActingOrganization {
  return { id, slug, name, roles }
}
