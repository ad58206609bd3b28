import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** A long-lived key for one API. Access tokens that it gave carry its id as `sid`. */
export interface ApiKey {
  readonly id: string
  /** Whom its tokens stand for; undefined for a client's, which stand for the client itself. */
  readonly accountId: string | undefined
  /** The client that it belongs to; for an account's the server's own login client. */
  readonly clientId: string
  /** What its owner calls it. */
  readonly name: string
  readonly audience: string
  readonly scopes: readonly string[]
  readonly createdAt: EpochMilliseconds
  /** On a whole second, as tokens end; undefined for a key that does not expire. */
  readonly expiresAt: EpochMilliseconds | undefined
  /** To the minute; undefined before its first use. */
  readonly usedAt: EpochMilliseconds | undefined
  readonly revokedAt: EpochMilliseconds | undefined
}
