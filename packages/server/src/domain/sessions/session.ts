import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** One sign-in of one account at one client. Access tokens carry its id as `sid`. */
export interface Session {
  readonly id: string
  readonly accountId: string
  readonly clientId: string
  readonly createdAt: EpochMilliseconds
  readonly expiresAt: EpochMilliseconds
  readonly endedAt: EpochMilliseconds | undefined
}
