import type { Client } from '../../domain/clients/client.ts'
import { type ActingOrganization, listActingOrganizations } from '../../domain/memberships/acting-organization.ts'
import type { Queries } from '../../platform/database/database.ts'

/**
 * What a client learns of organizations by the scope `organization`: what the one is called that it acts for, and only where it is the
 * operator's own, so that it may switch between them, all that the person belongs to.
 */
export async function findOrganizationClaims(
  sql: Queries,
  client: Client | undefined,
  acting: {
    readonly accountId: string
    /** Of the token. */
    readonly organizationId: string | undefined
    readonly scopes: readonly string[]
  },
): Promise<object> {
  const { organizationId: org_id, scopes } = acting
  if (!scopes.includes('organization')) return org_id === undefined ? {} : { org_id }
  const organizations = await listActingOrganizations(sql, acting.accountId)
  const current = organizations.find(({ id }) => id === org_id)
  return {
    ...(org_id !== undefined && { org_id }),
    ...(current && { org_name: current.name, org_slug: current.slug }),
    ...(client?.isFirstParty && { organizations: organizations.map(render) }),
  }
}

function render({ id, slug, name }: ActingOrganization): object {
  return { id, slug, name }
}
