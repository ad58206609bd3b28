import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** A person at an upstream provider, who is an account here. */
export interface FederatedIdentity {
  readonly issuer: string
  readonly subject: string
  readonly accountId: string
  readonly linkedAt: EpochMilliseconds
  readonly lastUsedAt: EpochMilliseconds
}
