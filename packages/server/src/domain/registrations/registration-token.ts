import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** What a client may become that registers itself. */
export interface RegistrationPolicy {
  readonly grants: readonly string[]
  /** Empty: any scope of an API, and none of this server's own. */
  readonly scopes: readonly string[]
}

/** Whoever registers without a token, or with one that says no more, may act for people who agree, and for nobody else. */
export const usualPolicy: RegistrationPolicy = {
  grants: ['authorization_code', 'refresh_token'],
  scopes: [],
}

/** RFC 7591 §1.2: an initial access token, without its secret. */
export interface RegistrationToken {
  readonly id: string
  readonly policy: RegistrationPolicy
  readonly usesLeft: number
  readonly createdAt: EpochMilliseconds
  readonly expiresAt: EpochMilliseconds
}
