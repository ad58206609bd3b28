import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** That a session has ended, for the client that it was opened at. */
export interface LogoutNotice {
  /** A UUIDv7: the `jti` of its token, the same at each attempt, so that a client can tell a repetition. */
  readonly id: string
  readonly clientId: string
  readonly accountId: string
  readonly sessionId: string
  /** How often it has been sent, this time included. */
  readonly attempts: number
  /** From then on it is given up. */
  readonly expiresAt: EpochMilliseconds
}
