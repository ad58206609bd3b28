import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

export interface ThrottleLimit {
  /** So many failures in a row cost no wait. */
  readonly freeFailures: number
  /** After so many milliseconds without a failure all is forgotten. */
  readonly quietMilliseconds: number
}

const hour = 3_600_000
const day = 24 * hour

/** Why these: docs/decisions/0004-throttle-limits.md. */
export const throttleLimits: Readonly<Record<'account' | 'network' | 'pair', ThrottleLimit>> = {
  account: { freeFailures: 50, quietMilliseconds: day },
  network: { freeFailures: 100, quietMilliseconds: hour },
  pair: { freeFailures: 5, quietMilliseconds: day },
}

/** For so long after a login a network is one that this login name is known to come from. */
export const knownMilliseconds: number = 30 * day

const shortestWaitMilliseconds = 1000
const longestWaitMilliseconds = 15 * 60_000
/** Instances differ by less: what is dated further ahead was dated by a clock that has been set back since. */
const clockDifferenceMilliseconds = 60_000

/** A row of failures, as it is stored. */
export interface FailureCount {
  readonly failures: number
  readonly lastFailureAt: EpochMilliseconds
  readonly forgetAt: EpochMilliseconds
}

/** Until when nobody may try: a second after the first failure that isn't free, then doubling up to 15 minutes. 0: at once. */
export function waitsUntil(limit: ThrottleLimit, count: FailureCount, now: EpochMilliseconds): EpochMilliseconds {
  const beyond = count.failures - limit.freeFailures
  if (beyond <= 0 || count.forgetAt <= now || count.lastFailureAt > now + clockDifferenceMilliseconds) return 0
  return count.lastFailureAt + Math.min(shortestWaitMilliseconds * 2 ** (beyond - 1), longestWaitMilliseconds)
}
