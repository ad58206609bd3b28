import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { TokenAlgorithm } from './token-algorithm.ts'

/** A resource server registered by its audience (RFC 8707). */
export interface Api {
  readonly audience: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly lifetimeSeconds: number
  readonly algorithm: TokenAlgorithm
  /** Only where the algorithm is HS256. */
  readonly sealedSecret: string | undefined
  readonly createdAt: EpochMilliseconds
}
