import type { FeedCopy } from './feed-copy.ts'

/** After a poll that failed: whoever asks within it is not made to wait for the next failure. */
const failurePauseMs = 1_000

/** Asks the log when somebody needs it: one request for all who wait. For functions that can't hold a stream. */
export class FeedPoller {
  readonly #copy: FeedCopy
  readonly #url: () => string
  readonly #monotonic: () => number
  readonly #failed: (error: unknown) => void
  #underway: Promise<void> | undefined
  #pauseUntil = Number.NEGATIVE_INFINITY

  constructor(copy: FeedCopy, url: () => string, monotonic: () => number, failed: (error: unknown) => void) {
    this.#copy = copy
    this.#url = url
    this.#monotonic = monotonic
    this.#failed = failed
  }

  /** Resolves when the log was read, or wasn't. Never rejects. */
  poll(): Promise<void> {
    if (this.#underway === undefined && this.#monotonic() < this.#pauseUntil) return Promise.resolve()
    this.#underway ??= this.#read().finally(() => {
      this.#underway = undefined
    })
    return this.#underway
  }

  async #read(): Promise<void> {
    try {
      const url = this.#url()
      const exchange = this.#copy.startExchange()
      await this.#copy.readLog(url, exchange)
      // A snapshot was read in its place, which proves nothing by itself.
      if (exchange.firstIat === undefined) await this.#copy.readLog(url)
    } catch (error) {
      this.#pauseUntil = this.#monotonic() + failurePauseMs
      this.#failed(error)
    }
  }
}
