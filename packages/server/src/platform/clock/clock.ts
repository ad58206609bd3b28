/** Milliseconds since 1970-01-01T00:00:00Z, as `Date.now()` gives them. */
export type EpochMilliseconds = number

/** Seconds since 1970-01-01T00:00:00Z, an integer: the NumericDate of RFC 7519 §2. */
export type EpochSeconds = number

/** The time of day. Handed in everywhere, so that a test can set it; nothing else reads `Date`. */
export interface Clock {
  now(): EpochMilliseconds
}

export const systemClock: Clock = { now: () => Date.now() }

/** The whole second that a moment lies in. */
export function toEpochSeconds(moment: EpochMilliseconds): EpochSeconds {
  return Math.floor(moment / 1000)
}
