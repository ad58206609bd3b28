/** How long a session lives: without being used, and in all. */
export interface SessionLimits {
  readonly idleMilliseconds: number
  readonly absoluteMilliseconds: number
}

const DAY_MS = 24 * 3_600_000

/** Of an app's session, unless its client says otherwise. */
export const APP_SESSION_LIMITS: SessionLimits = { idleMilliseconds: 30 * DAY_MS, absoluteMilliseconds: 365 * DAY_MS }
