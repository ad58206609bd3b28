import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { findOrganization } from '../organizations/find-organization.ts'
import type { Organization } from '../organizations/organization.ts'
import type { Invitation } from './invitation.ts'
import { fitsInvitationSecret, parseInvitationSecret } from './invitation-secret.ts'
import { selectOpen, selectOpenOf } from './invitation-store.ts'

/** An invitation that can be accepted, and whose it is. */
export interface OpenInvitation {
  readonly invitation: Invitation
  readonly organization: Organization
}

/** The invitation that the secret of a link proves; absent when it is unknown, over, answered, or replaced by a later one. */
export async function findInvitation(
  sql: Queries,
  secretText: string,
  now: EpochMilliseconds,
): Promise<OpenInvitation | undefined> {
  const parsed = parseInvitationSecret(secretText)
  const stored = parsed && (await selectOpen(sql, parsed.id, now))
  if (!stored || !fitsInvitationSecret(parsed.secret, stored.secretHash)) return undefined
  return withOrganization(sql, stored.invitation)
}

/** The open invitation of this id, for who has proved the address that it went to, or who sent it. */
export async function findInvitationById(
  sql: Queries,
  id: string,
  now: EpochMilliseconds,
): Promise<OpenInvitation | undefined> {
  const stored = await selectOpen(sql, id, now)
  return stored && withOrganization(sql, stored.invitation)
}

/** The open invitations to an address, in its canonical form, the oldest first. */
export async function listInvitationsTo(
  sql: Queries,
  canonicalEmail: string,
  now: EpochMilliseconds,
): Promise<OpenInvitation[]> {
  const found: OpenInvitation[] = []
  for (const invitation of await selectOpenOf(sql, { canonicalEmail }, now)) {
    const open = await withOrganization(sql, invitation)
    if (open) found.push(open)
  }
  return found
}

/** The open invitations of an organization, the oldest first. */
export function listInvitationsOf(
  sql: Queries,
  organizationId: string,
  now: EpochMilliseconds,
): Promise<readonly Invitation[]> {
  return selectOpenOf(sql, { organizationId }, now)
}

async function withOrganization(sql: Queries, invitation: Invitation): Promise<OpenInvitation | undefined> {
  const organization = await findOrganization(sql, invitation.organizationId)
  return organization && organization.disabledAt === undefined ? { invitation, organization } : undefined
}
