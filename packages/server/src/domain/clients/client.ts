import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { SessionLimits } from './session-limits.ts'

/** RFC 6749 §2.1: whether the client can keep a secret. */
export type ClientType = 'public' | 'confidential'

export const idTokenAlgorithms = ['ES256', 'RS256'] as const
export type IdTokenAlgorithm = (typeof idTokenAlgorithms)[number]

/** An application that acts for people or for itself. */
export interface Client {
  readonly id: string
  readonly name: string
  readonly type: ClientType
  readonly redirectUris: readonly string[]
  readonly grants: readonly string[]
  readonly scopes: readonly string[]
  /** The operator's own app: people are not asked whether they agree. */
  readonly isFirstParty: boolean
  /** OpenID Connect Registration §2, `id_token_signed_response_alg`. */
  readonly idTokenAlgorithm: IdTokenAlgorithm
  /** OpenID Connect RP-Initiated Logout §3.1. */
  readonly postLogoutRedirectUris: readonly string[]
  /** Of the sessions that people open at it. */
  readonly sessionLimits: SessionLimits
  readonly createdAt: EpochMilliseconds
  /** Until when the document that describes it need not be read again; undefined for a client that was registered. */
  readonly documentFreshUntil: EpochMilliseconds | undefined
}
