import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { OWNER_ROLE } from '../roles/role.ts'

/** That an account belongs to an organization. */
export interface Membership {
  readonly organizationId: string
  readonly accountId: string
  /** What the account is within the organization, and nowhere else. Sorted by code units. */
  readonly roles: readonly string[]
  readonly joinedAt: EpochMilliseconds
  /** The address of the invitation that was accepted; absent for who was added by the operator or created the organization. */
  readonly invitedAs: string | undefined
}

/** Whether it invites, removes and gives roles. The last one of an organization stays. */
export function isOwner({ roles }: Pick<Membership, 'roles'>): boolean {
  return roles.includes(OWNER_ROLE)
}
