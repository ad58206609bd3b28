import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { TokenAlgorithm } from './token-algorithm.ts'

/** A resource server registered by its audience (RFC 8707). */
export interface Api {
  readonly audience: string
  readonly name: string
  readonly scopes: readonly string[]
  /** By scope, in words for the people who are asked whether an app may have it. Those that are absent are shown as they are. */
  readonly scopeDescriptions: Readonly<Record<string, string>>
  readonly lifetimeSeconds: number
  readonly algorithm: TokenAlgorithm
  /** Only where the algorithm is HS256. */
  readonly sealedSecret: string | undefined
  readonly createdAt: EpochMilliseconds
}
