import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** Claims of the scope `profile` that are kept here, as OpenID Connect Core §5.1 names them. */
export const profileClaims = [
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
] as const
export type ProfileClaim = (typeof profileClaims)[number]

/** OpenID Connect Core §5.1.1. */
export const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'] as const
export type Address = Readonly<Partial<Record<(typeof addressMembers)[number], string>>>

/** What is known of a person; what is not is absent. */
export type Profile = Readonly<Partial<Record<ProfileClaim, string>>> & {
  readonly phone_number?: string
  readonly phone_number_verified?: boolean
  readonly address?: Address
}

export interface StoredProfile {
  readonly profile: Profile
  readonly updatedAt: EpochMilliseconds
}
