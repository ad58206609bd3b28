/** Milliseconds since 1970 with a fraction, by a clock that goes on evenly: the same for all processes of this machine. */
export type Moment = number

export function now(): Moment {
  return performance.timeOrigin + performance.now()
}

export type ActName =
  | 'login'
  | 'refresh'
  | 'sign-in'
  | 'authorize'
  | 'exchange'
  | 'client-credentials'
  | 'log-out'
  | 'revoke-session'
  | 'revoke-account'
  | 'remove-role'

/** What a client did, and what it was told. Never a token: of those only digests. */
export interface Act {
  readonly act: ActName
  readonly begunAt: Moment
  readonly endedAt: Moment
  /** The status of the answer; or that none came within the client's patience, or that the connection ended without one. */
  readonly outcome: number | 'timeout' | 'no-answer'
  /** What the answer names as wrong. */
  readonly error?: string | undefined
  readonly account?: string | undefined
  readonly session?: string | undefined
  /** Of the refresh token that was presented. */
  readonly generation?: number | undefined
  /** Of the refresh token that was given. */
  readonly successor?: { readonly generation: number; readonly digest: string } | undefined
  /** A digest of the authorization code. */
  readonly code?: string | undefined
  /** Of an act that revokes: the number that the feed had come to, and by which guards' answers to a token of it are found. */
  readonly sequence?: number | undefined
  readonly watch?: string | undefined
}

/** Whether the client was told that it is done. */
export function isAcknowledged({ outcome }: Act): boolean {
  return typeof outcome === 'number' && outcome >= 200 && outcome < 400
}

/** Whether the service was not there for the client: refusals are answers. */
export function isFailed({ outcome }: Act): boolean {
  return typeof outcome !== 'number' || outcome >= 500
}
