import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Acr } from '../assurance/acr.ts'

/** One permission of one API. */
export interface RolePermission {
  readonly audience: string
  readonly permission: string
}

/**
 * A name for permissions of any APIs. An operator gives it to accounts; one that is for organizations is given to their members instead, and
 * counts within the organization alone.
 */
export interface Role {
  readonly name: string
  /** In words for people; undefined: it is shown as it is. */
  readonly description: string | undefined
  /** Whether members of organizations have it, and accounts by themselves have not. */
  readonly isForOrganizations: boolean
  /** Sorted by API, then by name. */
  readonly permissions: readonly RolePermission[]
  /** What whoever has it must prove to sign in; undefined: nothing in particular. */
  readonly requiredAcr: Acr | undefined
  readonly createdAt: EpochMilliseconds
}

/** Made with the schema, for who administers this server: no API has a say in it, and it can't be changed or deleted. */
export const ADMIN_ROLE = 'admin'

/** Made with the schema, for who invites people to an organization, removes them and gives them roles. An API may declare permissions for it. */
export const OWNER_ROLE = 'owner'
