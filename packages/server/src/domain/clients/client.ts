import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { SessionLimits } from './session-limits.ts'

/** RFC 6749 §2.1: whether the client can keep a secret. */
export type ClientType = 'public' | 'confidential'

/** An application that acts for people or for itself. */
export interface Client {
  readonly id: string
  readonly name: string
  readonly type: ClientType
  readonly redirectUris: readonly string[]
  readonly grants: readonly string[]
  readonly scopes: readonly string[]
  /** Of the sessions that people open at it. */
  readonly sessionLimits: SessionLimits
  readonly createdAt: EpochMilliseconds
}
