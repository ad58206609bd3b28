import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { SessionLimits } from '../clients/session-limits.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Of a browser's session at this server. */
export const BROWSER_SESSION_LIMITS: SessionLimits = {
  idleMilliseconds: 12 * HOUR_MS,
  absoluteMilliseconds: 7 * DAY_MS,
}

/** Somebody else who acts as the account, with whose leave and why. */
export interface Impersonation {
  /** The account of the administrator. */
  readonly administratorId: string
  /** As they typed it; shown to the person. */
  readonly reason: string
}

/** One sign-in of one account at one client. Access tokens carry its id as `sid`. */
export interface Session {
  readonly id: string
  readonly accountId: string
  readonly clientId: string
  /** What its tokens are for; undefined for a browser's session at this server, which gives none. */
  readonly audience: string | undefined
  readonly scopes: readonly string[]
  /** As the client said itself, cut short; never to be trusted. */
  readonly userAgent: string | undefined
  readonly network: string
  readonly createdAt: EpochMilliseconds
  readonly usedAt: EpochMilliseconds
  readonly idleMilliseconds: number
  /** The end whatever happens. */
  readonly absoluteEnd: EpochMilliseconds
  /** The end unless it is used before. */
  readonly expiresAt: EpochMilliseconds
  readonly endedAt: EpochMilliseconds | undefined
  /** Of the refresh token that is current. */
  readonly generation: number
  readonly rotatedAt: EpochMilliseconds
  /** The key that the current refresh token is derived with; undefined where there is none. */
  readonly refreshKeyId: string | undefined
  /** The thumbprint of the key that its refresh tokens are bound to; undefined where they are bound to none. */
  readonly dpopJkt?: string | undefined
  /** The browser's session at this server that it came from and ends with; undefined for one that stands by itself. */
  readonly parentId: string | undefined
  /** When the person proved who they are. */
  readonly authenticatedAt: EpochMilliseconds
  /** How, as far as this server saw it (RFC 8176): none where an upstream provider vouches for the person. */
  readonly methods: readonly string[]
  /** The organization that it acts for; of a browser's session the one that was chosen last. Undefined: none. */
  readonly organizationId?: string | undefined
  /** Absent: the person themselves signed in. */
  readonly impersonation?: Impersonation | undefined
}
