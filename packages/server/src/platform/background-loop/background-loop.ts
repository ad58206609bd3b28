import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../database/database.ts'

export interface BackgroundLoopParts {
  readonly database: Pick<Database, 'onAnnounced'>
  /** What is announced when there may be work. */
  readonly topic: string
  /** How often it looks without an announcement: for what has become due, or what another instance left behind. */
  readonly pollMilliseconds: number
  /** Does what is there, or begins it. True: there may be more, so it looks again at once. */
  readonly look: () => Promise<boolean>
  /** That a look threw; it looks again after the pause. */
  readonly onError: (error: unknown) => void
}

/** Looks for work in the background of a process until it is stopped. */
export class BackgroundLoop {
  readonly #parts: BackgroundLoopParts
  readonly #stopping = new AbortController()
  #stopListening: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()
  #wake = Promise.withResolvers<void>()

  constructor(parts: BackgroundLoopParts) {
    this.#parts = parts
  }

  start(): void {
    const { database, topic } = this.#parts
    this.#stopListening = database.onAnnounced(topic, () => this.wake())
    this.#running = this.#run()
  }

  /** Ends a pause: there may be work. */
  wake(): void {
    this.#wake.resolve()
  }

  /** Waits for the look that is under way; there is none after it. */
  async stop(): Promise<void> {
    this.#stopListening?.()
    this.#stopping.abort()
    this.wake()
    await this.#running
  }

  async #run(): Promise<void> {
    const { look, onError, pollMilliseconds } = this.#parts
    const { signal } = this.#stopping
    while (!signal.aborted) {
      // Made anew before the look, so that a wake-up meanwhile is not lost.
      this.#wake = Promise.withResolvers()
      const hasMore = await look().catch((error) => {
        onError(error)
        return false
      })
      if (hasMore) continue
      const pause = sleep(pollMilliseconds, undefined, { signal, ref: false }).catch(() => {})
      await Promise.race([this.#wake.promise, pause])
    }
  }
}
