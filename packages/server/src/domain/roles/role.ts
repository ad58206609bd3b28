import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Acr } from '../assurance/acr.ts'

/** One permission of one API. */
export interface RolePermission {
  readonly audience: string
  readonly permission: string
}

/** What an operator gives to accounts: a name for permissions of any APIs. */
export interface Role {
  readonly name: string
  /** In words for people; undefined: it is shown as it is. */
  readonly description: string | undefined
  /** Sorted by API, then by name. */
  readonly permissions: readonly RolePermission[]
  /** What whoever has it must prove to sign in; undefined: nothing in particular. */
  readonly requiredAcr: Acr | undefined
  readonly createdAt: EpochMilliseconds
}

/** Made with the schema, for who administers this server: no API has a say in it, and it can't be changed or deleted. */
export const ADMIN_ROLE = 'admin'
