import type { ClientClock } from './client-options.ts'

/** An access token, and until when it is used. */
export class AccessToken {
  readonly text: string
  readonly #clock: ClientClock
  readonly #lifetimeMs: number
  /** Which part of the lifetime it is used for: another one for each token, so that many apps don't refresh at once. */
  readonly #share: number = 0.8 + Math.random() * 0.1
  readonly #gotMonotonic: number
  readonly #gotWall: number

  constructor(text: string, lifetimeSeconds: number, clock: ClientClock) {
    this.text = text
    this.#clock = clock
    this.#lifetimeMs = lifetimeSeconds * 1000
    this.#gotMonotonic = clock.monotonic()
    this.#gotWall = clock.wall()
  }

  get isFresh(): boolean {
    return this.#age < this.#lifetimeMs * this.#share
  }

  get isExpired(): boolean {
    return this.#age >= this.#lifetimeMs
  }

  get secondsLeft(): number {
    return Math.max(0, this.#lifetimeMs - this.#age) / 1000
  }

  /** By the clock that has gone further: one of them stands still while a laptop sleeps, and the other may be set back. */
  get #age(): number {
    return Math.max(this.#clock.monotonic() - this.#gotMonotonic, this.#clock.wall() - this.#gotWall)
  }
}
