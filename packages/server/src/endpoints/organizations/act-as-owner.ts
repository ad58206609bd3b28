import type { FastifyRequest } from 'fastify'
import { findMembership } from '../../domain/memberships/find-membership.ts'
import { isOwner } from '../../domain/memberships/membership.ts'
import { lockOrganization } from '../../domain/organizations/lock-organization.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { lockBrowserSession } from '../browser-session.ts'
import type { OrganizationsDeps } from './organizations-deps.ts'
import type { OrganizationParams } from './parse-request.ts'

/** Who changes which organization. */
export interface OwnerAct {
  readonly organizationId: string
  readonly actor: `account:${string}`
}

export type OwnerActed<Outcome> = { readonly ok: true; readonly outcome: Outcome } | { readonly ok: false }

/**
 * Does something as an owner of the organization that the address names, while nobody changes who owns it: an owner who is being removed
 * does nothing more. Not ok for everybody else, whether there is such an organization or not.
 */
export async function actAsOwner<Outcome>(
  { urls, database }: OrganizationsDeps,
  request: FastifyRequest<{ Params: OrganizationParams }>,
  act: (tx: Transaction, owner: OwnerAct) => Promise<Outcome>,
): Promise<OwnerActed<Outcome>> {
  return database.write(async (tx) => {
    const organization = await lockOrganization(tx, request.params.organization)
    if (!organization || organization.disabledAt !== undefined) return { ok: false }
    // After the organization, as whoever adds a member does.
    const session = await lockBrowserSession(tx, urls, request)
    if (!session) return { ok: false }
    const { accountId } = session
    const own = await findMembership(tx.sql, { organizationId: organization.id, accountId })
    if (!own || !isOwner(own)) return { ok: false }
    return { ok: true, outcome: await act(tx, { organizationId: organization.id, actor: `account:${accountId}` }) }
  })
}
