import type { EpochMilliseconds, EpochSeconds } from '../../platform/clock/clock.ts'

/** One thing that is revoked, before it has a number. */
export type Revocation =
  | { readonly kind: 's' | 'j' | 'k'; readonly identifier: string; readonly forgetAt: EpochSeconds }
  | {
      readonly kind: 'u' | 'c' | 'r'
      readonly identifier: string
      /** Tokens issued at or before it are concerned. */
      readonly moment: EpochMilliseconds
      readonly forgetAt: EpochSeconds
    }
  | { readonly kind: 'a'; readonly moment: EpochMilliseconds; readonly forgetAt: EpochSeconds }

/** The largest clock difference between server and guard that anybody can configure: records outlive tokens by it. */
export const LARGEST_LEEWAY_SECONDS = 300

/**
 * A token that another connection issues while a revoking transaction is under way may carry a moment that is a little later, and yet be meant: so
 * all of a client's, and everything, is revoked up to this much later. What is issued afterwards begins later still.
 */
export const CONCURRENT_MS = 250
