import { ClientError } from './client-error.ts'
import type { Clock } from './client-options.ts'
import type { Answer } from './send-request.ts'

/** A moment on both clocks, since neither alone tells how much time has passed. */
export interface Moment {
  readonly wall: number
  readonly monotonic: number
}

/** An access token, and since when we have it. */
export interface HeldToken {
  readonly accessToken: string
  readonly sessionId: string
  readonly scope: string
  readonly lifetimeMilliseconds: number
  readonly since: Moment
}

/** Who has a fresh token for whoever sends a request. */
export interface TokenKeeper {
  /** A token that is good for a while; renewed before when it is not. */
  getToken(): Promise<HeldToken>
  /** Another token than one that an API refused. */
  replaceToken(refused: HeldToken): Promise<HeldToken>
}

export function takeMoment(clock: Clock): Moment {
  return { wall: clock.now(), monotonic: clock.monotonic() }
}

/**
 * Milliseconds since then. The monotonic clock stands still while a laptop sleeps, the wall clock can be set back; whichever says
 * more is believed, since a token taken for older than it is costs one refresh and the contrary a refused request.
 */
export function elapsedSince(clock: Clock, { wall, monotonic }: Moment): number {
  return Math.max(clock.now() - wall, clock.monotonic() - monotonic)
}

/** RFC 6749 §5.1. `since` is when it was asked for, which is no later than when it was issued. */
export function parseHeldToken({ status, body }: Answer, since: Moment): HeldToken {
  const { access_token: accessToken, expires_in: lifetime, session_id: sessionId, scope } = body
  if (status !== 200 || typeof accessToken !== 'string' || typeof lifetime !== 'number' || !(lifetime > 0)) {
    const says = body.detail ?? body.error_description
    const sentence = typeof says === 'string' ? says : 'The answer holds no access token.'
    throw new ClientError('misconfigured', `The server answered ${status}: ${sentence}`)
  }
  return {
    accessToken,
    sessionId: String(sessionId),
    scope: String(scope ?? ''),
    lifetimeMilliseconds: lifetime * 1000,
    since,
  }
}
