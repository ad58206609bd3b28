import type { AccessTokenClaims, EpochMilliseconds } from './claims/access-token-claims.ts'
import type { Denial } from './feed/deny-set.ts'
import type { AskedToken } from './feed/feed-source.ts'
import { TokenError } from './token-error.ts'

interface HeldSignal {
  readonly controller: AbortController
  readonly token: AskedToken
  readonly expiresAt: EpochMilliseconds
}

const longestTimerMs = 2 ** 31 - 1

/**
 * The signals of tokens that somebody asked for. Each is held until it fires, which it does when its token expires at the
 * latest: whoever listens need not hold the token, and the guard's cache may forget it. One timer for all.
 */
export class TokenSignals {
  readonly #clock: () => EpochMilliseconds
  readonly #leewaySeconds: number
  /** By the text of the token, however often it is verified anew. */
  readonly #held: Map<string, HeldSignal> = new Map()
  #isClosed = false
  #timer: NodeJS.Timeout | undefined
  #nextAt = Number.POSITIVE_INFINITY
  /** What the feed says of a token; a guard without one has nothing to say. */
  findDenial: (token: AskedToken) => Denial | undefined = () => undefined

  constructor(clock: () => EpochMilliseconds, leewaySeconds: number) {
    this.#clock = clock
    this.#leewaySeconds = leewaySeconds
  }

  /** A signal that fires when the token is revoked or expires; at once when it is. */
  open(text: string, claims: AccessTokenClaims, kid: string | undefined): AbortSignal {
    const known = this.#held.get(text)
    if (known !== undefined) return known.controller.signal
    const token = { text, claims, kid, deniable: undefined, askedVersion: -1, denial: undefined }
    const held = { controller: new AbortController(), token, expiresAt: (claims.exp + this.#leewaySeconds) * 1000 }
    if (!this.#fire(held, this.#clock()) && !this.#isClosed) {
      this.#held.set(text, held)
      if (held.expiresAt < this.#nextAt) this.#wait(held.expiresAt)
    }
    return held.controller.signal
  }

  /** Fires what is to fire now, and waits for the next to expire. */
  readonly examine = (): void => {
    const now = this.#clock()
    let nextAt = Number.POSITIVE_INFINITY
    for (const [text, held] of this.#held) {
      if (this.#fire(held, now)) this.#held.delete(text)
      else nextAt = Math.min(nextAt, held.expiresAt)
    }
    this.#wait(nextAt)
  }

  #fire({ controller, token, expiresAt }: HeldSignal, now: EpochMilliseconds): boolean {
    const code = now >= expiresAt ? 'token_expired' : this.findDenial(token)
    if (code !== undefined) controller.abort(new TokenError(code))
    return code !== undefined
  }

  #wait(nextAt: EpochMilliseconds): void {
    this.#nextAt = nextAt
    clearTimeout(this.#timer)
    if (nextAt === Number.POSITIVE_INFINITY) return
    const waitMs = Math.min(Math.max(1, nextAt - this.#clock()), longestTimerMs)
    this.#timer = setTimeout(this.examine, waitMs).unref()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#held.clear()
  }
}
