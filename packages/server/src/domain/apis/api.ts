import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Acr } from '../assurance/acr.ts'
import type { TokenAlgorithm } from './token-algorithm.ts'

/** What an account may do at an API, where a role of it says so. */
export interface ApiPermission {
  /** Distinct within its API. */
  readonly name: string
  /** In words for people; undefined: it is shown as it is. */
  readonly description: string | undefined
  /** The scope of the API without which no client's token carries it; undefined: any token of the API may. */
  readonly scope: string | undefined
}

/** A resource server registered by its audience (RFC 8707). */
export interface Api {
  readonly audience: string
  readonly name: string
  readonly scopes: readonly string[]
  /** By scope, in words for the people who are asked whether an app may have it. Those that are absent are shown as they are. */
  readonly scopeDescriptions: Readonly<Record<string, string>>
  /** Sorted by name. */
  readonly permissions: readonly ApiPermission[]
  readonly lifetimeSeconds: number
  readonly algorithm: TokenAlgorithm
  /** What a person must have proved for a token; undefined: nothing in particular. */
  readonly requiredAcr: Acr | undefined
  /** Only where the algorithm is HS256. */
  readonly sealedSecret: string | undefined
  readonly createdAt: EpochMilliseconds
}
