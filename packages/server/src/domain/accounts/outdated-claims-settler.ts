import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../platform/database/database.ts'
import { OUTDATED_CLAIMS_TOPIC } from './outdate-claims.ts'
import { settleOutdatedClaims } from './settle-outdated-claims.ts'

export interface OutdatedClaimsDeps {
  readonly database: Database
  readonly log: { warn(details: object, message: string): void }
}

/** Also without a wake-up: for what a command or an instance that was killed has left, within the second that a removal may take. */
const POLL_MS = 400

/** Settles what others leave behind, in the background of a process. */
export class OutdatedClaimsSettler {
  readonly #deps: OutdatedClaimsDeps
  readonly #stopping = new AbortController()
  #stopListening: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()
  #wake = Promise.withResolvers<void>()

  constructor(deps: OutdatedClaimsDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#stopListening = this.#deps.database.onAnnounced(OUTDATED_CLAIMS_TOPIC, () => this.#wake.resolve())
    this.#running = this.#run()
  }

  /** Waits for the step that is under way. */
  async stop(): Promise<void> {
    this.#stopListening?.()
    this.#stopping.abort()
    this.#wake.resolve()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      // Made anew before the look, so that a wake-up meanwhile is not lost.
      this.#wake = Promise.withResolvers()
      await settleOutdatedClaims(this.#deps.database).catch((error) =>
        this.#deps.log.warn({ error }, 'outdated claims cannot be settled; it is tried again'),
      )
      const pause = sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => {})
      await Promise.race([this.#wake.promise, pause])
    }
  }
}
