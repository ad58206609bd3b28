import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** That somebody has been asked by mail to join an organization. */
export interface Invitation {
  /** 22 base64url characters. */
  readonly id: string
  readonly organizationId: string
  /** Where the mail goes. */
  readonly email: string
  /** What who accepts it will be within the organization. */
  readonly roles: readonly string[]
  readonly createdAt: EpochMilliseconds
  /** When its latest mail was left. */
  readonly sentAt: EpochMilliseconds
  /** How many mails were left. */
  readonly mails: number
  readonly expiresAt: EpochMilliseconds
}

export const INVITATION_LIFETIME_DAYS = 7
