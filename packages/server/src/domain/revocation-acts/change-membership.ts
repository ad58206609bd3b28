import type { Transaction } from '../../platform/database/database.ts'
import { outdateClaims } from '../accounts/outdate-claims.ts'
import type { Actor } from '../audit/audit-event.ts'
import { forgetInvitations } from '../invitations/answer-invitation.ts'
import {
  type ChangedMember,
  type ChangedMemberRoles,
  endMembership,
  endMemberships,
  replaceMemberRoles,
} from '../memberships/change-member.ts'
import { lockMemberships } from '../memberships/lock-memberships.ts'
import type { Membership } from '../memberships/membership.ts'
import { forgetOrganization, setOrganizationDisabled } from '../organizations/update-organization.ts'
import { endActingSessions } from '../sessions/end-acting-sessions.ts'

/*
 * What changes who acts for an organization. Sessions that act for it end in the same transaction; tokens that say what is no longer true
 * otherwise are outdated in it, and `settleOutdatedClaims` tells the guards.
 */

type Key = Pick<Membership, 'organizationId' | 'accountId'>

/**
 * Removes a member: what acts for the organization ends, and tokens that sessions gave before they switched away from it are answered
 * "refresh required".
 */
export async function removeMember(tx: Transaction, key: Key, actor: Actor): Promise<ChangedMember> {
  const changed = await endMembership(tx, key, actor)
  if (!changed.ok) return changed
  await endActingSessions(tx, key, actor)
  await outdateClaims(tx, key.accountId)
  return changed
}

/** Gives a member these roles and no others; what tokens say of them is outdated from then on. */
export async function changeMemberRoles(
  tx: Transaction,
  key: Key,
  roles: readonly string[],
  actor: Actor,
): Promise<ChangedMemberRoles> {
  const changed = await replaceMemberRoles(tx, key, roles, actor)
  if (changed.ok && changed.isChanged) await outdateClaims(tx, key.accountId)
  return changed
}

/** Keeps everybody from acting for an organization until it is enabled again. False when it was so already. */
export async function disableOrganization(tx: Transaction, organizationId: string, actor: Actor): Promise<boolean> {
  if (!(await setOrganizationDisabled(tx, organizationId, true, actor))) return false
  await endAllActing(tx, organizationId, await lockMemberships(tx.sql, organizationId), actor)
  return true
}

/** Deletes an organization, with its memberships and invitations. False when there is none. */
export async function deleteOrganization(tx: Transaction, organizationId: string, actor: Actor): Promise<boolean> {
  if (!(await forgetOrganization(tx, organizationId, actor))) return false
  await forgetInvitations(tx, organizationId)
  await endAllActing(tx, organizationId, await endMemberships(tx, organizationId, actor), actor)
  return true
}

async function endAllActing(
  tx: Transaction,
  organizationId: string,
  accountIds: readonly string[],
  actor: Actor,
): Promise<void> {
  await endActingSessions(tx, { organizationId }, actor)
  for (const accountId of accountIds) await outdateClaims(tx, accountId)
}
