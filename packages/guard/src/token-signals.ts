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
  readonly #held: Set<HeldSignal> = new Set()
  #timer: NodeJS.Timeout | undefined
  /** What the feed says of a token; a guard without one has nothing to say. */
  findDenial: (token: AskedToken) => Denial | undefined = () => undefined

  constructor(clock: () => EpochMilliseconds, leewaySeconds: number) {
    this.#clock = clock
    this.#leewaySeconds = leewaySeconds
  }

  get size(): number {
    return this.#held.size
  }

  /** A signal that fires when the token is revoked or expires; at once when it is. */
  open(text: string, claims: AccessTokenClaims, kid: string | undefined): AbortSignal {
    const token = { text, claims, kid, deniable: undefined, askedVersion: -1, denial: undefined }
    const held = { controller: new AbortController(), token, expiresAt: (claims.exp + this.#leewaySeconds) * 1000 }
    this.#held.add(held)
    this.examine()
    return held.controller.signal
  }

  /** Fires what is to fire now, and waits for the next to expire. */
  readonly examine = (): void => {
    if (this.#held.size === 0) return
    const now = this.#clock()
    let next = Number.POSITIVE_INFINITY
    for (const held of this.#held) {
      const code = now >= held.expiresAt ? 'token_expired' : this.findDenial(held.token)
      if (code === undefined) next = Math.min(next, held.expiresAt)
      else {
        this.#held.delete(held)
        held.controller.abort(new TokenError(code))
      }
    }
    clearTimeout(this.#timer)
    if (this.#held.size > 0) this.#timer = setTimeout(this.examine, Math.min(next - now, longestTimerMs)).unref()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#held.clear()
  }
}
