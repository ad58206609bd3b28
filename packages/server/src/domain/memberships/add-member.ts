import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Membership } from './membership.ts'
import { insertMembership } from './membership-store.ts'

export interface NewMember extends Pick<Membership, 'organizationId' | 'accountId' | 'roles'> {
  readonly invitedAs?: string | undefined
}

/**
 * Has an account belong to an organization, which must be there (`lockOrganization`), with roles that are (`lockGivenRoles`). False when it
 * does already: its roles stay.
 */
export async function addMember(tx: Transaction, member: NewMember, actor: Actor): Promise<boolean> {
  const { organizationId, accountId, invitedAs } = member
  const roles = [...new Set(member.roles)].sort()
  if (!(await insertMembership(tx.sql, { organizationId, accountId, roles, invitedAs, joinedAt: tx.now }))) return false
  const detail = { organization: organizationId, roles }
  await recordAuditEvent(tx, { act: 'member.added', actor, outcome: 'done', accountId, detail })
  return true
}
