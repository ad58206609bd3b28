import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { lockOrganization } from '../organizations/lock-organization.ts'
import { OWNER_ROLE } from '../roles/role.ts'
import { isOwner, type Membership } from './membership.ts'
import {
  deleteMembership,
  deleteMemberships,
  type MembershipKey,
  replaceRoles,
  selectMembership,
  selectOthersWithRole,
} from './membership-store.ts'
import { type GivableRoles, lockGivenRoles } from './organization-roles.ts'

export type ChangedMember =
  | { readonly ok: true; readonly isChanged: boolean }
  | { readonly ok: false; readonly reason: 'unknown_member' | 'last_owner' }

/**
 * Ends a membership. The last owner stays, however many are removed at once. Sessions that act for the organization are another room's: who
 * removes a member ends them in the same transaction.
 */
export async function endMembership(tx: Transaction, key: MembershipKey, actor: Actor): Promise<ChangedMember> {
  const member = await lockMember(tx, key)
  if (!member) return { ok: false, reason: 'unknown_member' }
  if (isOwner(member) && (await isOnlyOwner(tx, key))) return { ok: false, reason: 'last_owner' }
  await deleteMembership(tx.sql, key)
  await recordRemoval(tx, key, actor)
  return { ok: true, isChanged: true }
}

export type ChangedMemberRoles = ChangedMember | Extract<GivableRoles, { ok: false }>

/** Gives a member these roles and no others. Claims of tokens are another room's, as with `endMembership`. */
export async function replaceMemberRoles(
  tx: Transaction,
  key: MembershipKey,
  wanted: readonly string[],
  actor: Actor,
): Promise<ChangedMemberRoles> {
  const member = await lockMember(tx, key)
  if (!member) return { ok: false, reason: 'unknown_member' }
  const given = await lockGivenRoles(tx, wanted)
  if (!given.ok) return given
  const { roles } = given
  if (roles.join(' ') === member.roles.join(' ')) return { ok: true, isChanged: false }
  const stopsOwning = isOwner(member) && !roles.includes(OWNER_ROLE)
  if (stopsOwning && (await isOnlyOwner(tx, key))) return { ok: false, reason: 'last_owner' }
  await replaceRoles(tx.sql, key, roles)
  const { organizationId: organization, accountId } = key
  const detail = { organization, roles, before: member.roles }
  await recordAuditEvent(tx, { act: 'member.roles_changed', actor, outcome: 'done', accountId, detail })
  return { ok: true, isChanged: true }
}

async function isOnlyOwner({ sql }: Transaction, key: MembershipKey): Promise<boolean> {
  return (await selectOthersWithRole(sql, key, OWNER_ROLE)).length === 0
}

/** Ends every membership of an organization that goes. Gives the accounts. */
export async function endMemberships(
  tx: Transaction,
  organizationId: string,
  actor: Actor,
): Promise<readonly string[]> {
  const accountIds = await deleteMemberships(tx.sql, organizationId)
  for (const accountId of accountIds) await recordRemoval(tx, { organizationId, accountId }, actor)
  return accountIds
}

async function lockMember(tx: Transaction, key: MembershipKey): Promise<Membership | undefined> {
  await lockOrganization(tx, key.organizationId)
  return selectMembership(tx.sql, key)
}

async function recordRemoval(
  tx: Transaction,
  { organizationId: organization, accountId }: MembershipKey,
  actor: Actor,
): Promise<void> {
  await recordAuditEvent(tx, { act: 'member.removed', actor, outcome: 'done', accountId, detail: { organization } })
}
