import type { Transaction } from '../../platform/database/database.ts'
import { findAccounts } from '../accounts/find-accounts.ts'
import { isActive } from '../accounts/is-active.ts'
import { outdateClaims } from '../accounts/outdate-claims.ts'
import type { Actor } from '../audit/audit-event.ts'
import { forgetInvitations, revokeInvitations } from '../invitations/answer-invitation.ts'
import {
  type ChangedMember,
  type ChangedMemberRoles,
  endMembership,
  endMemberships,
  replaceMemberRoles,
} from '../memberships/change-member.ts'
import { findMembership } from '../memberships/find-membership.ts'
import { lockMemberships } from '../memberships/lock-memberships.ts'
import { listOthersWithRole } from '../memberships/members-with-role.ts'
import { isOwner, type Membership } from '../memberships/membership.ts'
import { lockGivenRoles } from '../memberships/organization-roles.ts'
import { lockOrganization } from '../organizations/lock-organization.ts'
import { forgetOrganization, setOrganizationDisabled } from '../organizations/update-organization.ts'
import { OWNER_ROLE } from '../roles/role.ts'
import { endActingSessions } from '../sessions/end-acting-sessions.ts'

/*
 * What changes who acts for an organization. Sessions that act for it end in the same transaction; tokens that say what is no longer true
 * otherwise are outdated in it, and `settleOutdatedClaims` tells the guards.
 */

type Key = Pick<Membership, 'organizationId' | 'accountId'>

/**
 * Removes a member: what acts for the organization ends, and tokens that sessions gave before they switched away from it are answered
 * "refresh required". With an owner the open invitations go, for one of them may be their way back.
 */
export async function removeMember(tx: Transaction, key: Key, actor: Actor): Promise<ChangedMember> {
  if (await isLastActiveOwner(tx, key)) return { ok: false, reason: 'last_owner' }
  const wasOwner = await isOwnerNow(tx, key)
  const changed = await endMembership(tx, key, actor)
  if (!changed.ok) return changed
  if (wasOwner) await revokeInvitations(tx, key.organizationId, actor)
  await endActingSessions(tx, key, actor)
  await outdateClaims(tx, key.accountId)
  return changed
}

/** Gives a member these roles and no others; what tokens say of them is outdated from then on. Who owns it no more, loses the open invitations as in `removeMember`. */
export async function changeMemberRoles(
  tx: Transaction,
  key: Key,
  roles: readonly string[],
  actor: Actor,
): Promise<ChangedMemberRoles> {
  if (!roles.includes(OWNER_ROLE) && (await isLastActiveOwner(tx, key))) {
    const given = await lockGivenRoles(tx, roles)
    return given.ok ? { ok: false, reason: 'last_owner' } : given
  }
  const wasOwner = await isOwnerNow(tx, key)
  const changed = await replaceMemberRoles(tx, key, roles, actor)
  if (!changed.ok || !changed.isChanged) return changed
  if (wasOwner && !roles.includes(OWNER_ROLE)) await revokeInvitations(tx, key.organizationId, actor)
  await outdateClaims(tx, key.accountId)
  return changed
}

async function isOwnerNow({ sql }: Transaction, key: Key): Promise<boolean> {
  const member = await findMembership(sql, key)
  return member !== undefined && isOwner(member)
}

/** Whether nobody else owns the organization who may log in, and stays: one who waits to be deleted leaves it without an owner. */
async function isLastActiveOwner(tx: Transaction, key: Key): Promise<boolean> {
  await lockOrganization(tx, key.organizationId)
  if (!(await isOwnerNow(tx, key))) return false
  const accounts = await findAccounts(tx.sql, [key.accountId, ...(await listOthersWithRole(tx.sql, key, OWNER_ROLE))])
  const active = [...accounts.values()].filter(isActive)
  return active.length === 1 && active[0]?.id === key.accountId
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
