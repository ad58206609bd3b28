import type { PendingRequest } from '../../domain/authorizations/authorization-request.ts'
import {
  type ActingOrganization,
  findActingOrganization,
  listActingOrganizations,
} from '../../domain/memberships/acting-organization.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { Queries } from '../../platform/database/database.ts'

export type SettledOrganization =
  /** Undefined: the client asks for none. */
  | { readonly kind: 'settled'; readonly organization: ActingOrganization | undefined }
  /** The person has to choose. */
  | { readonly kind: 'undecided'; readonly organizations: readonly ActingOrganization[] }
  /** The person belongs to none, or not to the one that the client asks for, if there is such a one. */
  | { readonly kind: 'refused'; readonly reason: 'none' | 'foreign' }

/**
 * For which organization the client is to act: the one that it names, or with the scope `organization` one of the person's, which is the only
 * one, the one that they chose for this request, or the one that they chose last in this browser. `prompt=select_account` has them choose anew.
 */
export async function settleOrganization(
  sql: Queries,
  { request, organizationId: chosenId }: PendingRequest,
  { accountId, organizationId: rememberedId }: Session,
): Promise<SettledOrganization> {
  const { organization: named, scopes, prompt } = request
  if (named !== undefined) {
    const organization = await findActingOrganization(sql, accountId, named)
    return organization ? { kind: 'settled', organization } : { kind: 'refused', reason: 'foreign' }
  }
  if (!scopes.includes('organization')) return { kind: 'settled', organization: undefined }
  const organizations = await listActingOrganizations(sql, accountId)
  if (organizations.length === 0) return { kind: 'refused', reason: 'none' }
  const find = (id: string | undefined) => organizations.find((one) => one.id === id)
  const remembered = prompt.includes('select_account') ? undefined : find(rememberedId)
  const organization = organizations.length === 1 ? organizations[0] : (find(chosenId) ?? remembered)
  return organization ? { kind: 'settled', organization } : { kind: 'undecided', organizations }
}
