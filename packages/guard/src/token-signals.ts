import type { RefusalCode } from './request/refusal-answers.ts'
import type { VerifiedToken } from './to-verified-token.ts'
import { TokenError } from './token-error.ts'

const sweepMs = 1_000

/** Signals that end what is still under way for a token when it expires, or is revoked. */
export class TokenSignals {
  /** Why a token isn't good any more; undefined while it is. */
  readonly #findEnd: (token: VerifiedToken<unknown>) => RefusalCode | undefined
  readonly #watched: Map<VerifiedToken<unknown>, AbortController> = new Map()
  #timer: NodeJS.Timeout | undefined

  constructor(findEnd: (token: VerifiedToken<unknown>) => RefusalCode | undefined) {
    this.#findEnd = findEnd
  }

  /** One signal for all requests with the token. */
  watch(token: VerifiedToken<unknown>): AbortSignal {
    const known = this.#watched.get(token)
    if (known !== undefined) return known.signal
    const controller = new AbortController()
    this.#watched.set(token, controller)
    this.#timer ??= setInterval(() => this.sweep(), sweepMs).unref()
    this.sweep()
    return controller.signal
  }

  /** Aborts what has ended: called each second, and when something was revoked. */
  sweep(): void {
    for (const [token, controller] of this.#watched) {
      const code = this.#findEnd(token)
      if (code === undefined) continue
      this.#watched.delete(token)
      controller.abort(new TokenError(code))
    }
    if (this.#watched.size === 0) this.close()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
