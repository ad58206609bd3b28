import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { addMember } from '../memberships/add-member.ts'
import { lockRemainingRoles } from '../memberships/organization-roles.ts'
import { lockOrganization } from '../organizations/lock-organization.ts'
import type { Invitation } from './invitation.ts'
import { deleteExpired, deleteInvitationsOf, markClosed, selectOpenOf } from './invitation-store.ts'

/** How long what has expired is kept, so that its mails still count. */
const KEPT_MS = 86_400_000

/**
 * Accepts an invitation for an account, which has proved the address or has its link. False when somebody was faster, when it was revoked or sent
 * anew, which may give less, and when the organization is gone or disabled. Who belongs to it already stays what they are.
 */
export async function acceptInvitation(tx: Transaction, invitation: Invitation, accountId: string): Promise<boolean> {
  const { id, organizationId, email } = invitation
  const organization = await lockOrganization(tx, organizationId)
  if (!organization || organization.disabledAt !== undefined) return false
  if (!(await markClosed(tx.sql, invitation, tx.now))) return false
  const actor = `account:${accountId}` as const
  const detail = { organization: organizationId, invitation: id }
  await recordAuditEvent(tx, { act: 'invitation.accepted', actor, outcome: 'done', accountId, detail })
  const roles = await lockRemainingRoles(tx, invitation.roles)
  await addMember(tx, { organizationId, accountId, roles, invitedAs: email }, actor)
  return true
}

/** Closes an invitation that its address does not want, or that an owner or an operator takes back. False when it was closed before. */
export async function closeInvitation(
  tx: Transaction,
  invitation: Invitation,
  act: 'invitation.declined' | 'invitation.revoked',
  actor: Actor,
): Promise<boolean> {
  if (!(await markClosed(tx.sql, invitation, tx.now))) return false
  const detail = { organization: invitation.organizationId, invitation: invitation.id }
  await recordAuditEvent(tx, { act, actor, outcome: 'done', detail })
  return true
}

/** Takes back all that are open. */
export async function revokeInvitations(tx: Transaction, organizationId: string, actor: Actor): Promise<void> {
  for (const invitation of await selectOpenOf(tx.sql, { organizationId }, tx.now))
    await closeInvitation(tx, invitation, 'invitation.revoked', actor)
}

/** Of an organization that goes: its links lead nowhere. */
export async function forgetInvitations(tx: Transaction, organizationId: string): Promise<void> {
  await deleteInvitationsOf(tx.sql, organizationId)
}

export function purgeInvitations(tx: Transaction, most: number): Promise<number> {
  return deleteExpired(tx.sql, tx.now - KEPT_MS, most)
}
