import { hostname } from 'node:os'
import type { FeedRequests } from './feed-requests.ts'
import type { AuditWatch } from './watch-audit.ts'

const everyMs = 5_000

/** Tells the server what was applied, and what is remembered of its audit log: at once after new records were proved, else every 5 s. One message at a time. */
export class Acknowledger {
  readonly #requests: FeedRequests
  readonly #audit: AuditWatch
  readonly #name: string
  #url = ''
  #sequence = 0
  #sentSequence: number | undefined
  #sentAt = Number.NEGATIVE_INFINITY
  #isUnderway = false

  constructor(requests: FeedRequests, audit: AuditWatch, name: string | undefined) {
    this.#requests = requests
    this.#audit = audit
    // One process, as far as nobody says: the letters that the feed allows.
    this.#name = name ?? `${hostname()}-${process.pid}`.replace(/[^\w.-]/g, '_').slice(-64)
  }

  /** Called after each proof. */
  acknowledge(url: string, sequence: number, now: number): void {
    this.#url = url
    this.#sequence = sequence
    if (this.#isUnderway || (sequence === this.#sentSequence && now < this.#sentAt + everyMs)) return
    this.#sentAt = now
    void this.#sendLatest()
  }

  async #sendLatest(): Promise<void> {
    this.#isUnderway = true
    try {
      // What was proved while a message was under way is told by the next one.
      do await this.#send(this.#sequence)
      while (this.#sequence !== this.#sentSequence)
    } catch {
      // Who revokes sees that this guard is silent: that is what acknowledging is for. Sent again with the next proof.
      this.#sentSequence = undefined
    } finally {
      this.#isUnderway = false
    }
  }

  async #send(sequence: number): Promise<void> {
    const { checkpoint, evidence } = this.#audit.memory ?? {}
    const body = JSON.stringify({ guard: this.#name, seq: sequence, checkpoint, evidence })
    const response = await this.#requests.post(`${this.#url}/ack`, 'application/json', body)
    await response.body?.cancel()
    this.#sentSequence = sequence
  }
}
