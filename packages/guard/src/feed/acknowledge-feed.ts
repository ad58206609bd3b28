import { hostname } from 'node:os'
import type { FeedRequests } from './feed-requests.ts'
import type { FeedCredential } from './feed-to-follow.ts'

const everyMs = 5_000

/** Tells the server what was applied: at once after new records were proved, else every 5 s. One message at a time. */
export class Acknowledger {
  readonly #requests: FeedRequests
  readonly #credential: FeedCredential
  readonly #name: string
  #url: string | undefined
  #sentSequence = -1
  #sentAt = Number.NEGATIVE_INFINITY
  #isUnderway = false

  constructor(requests: FeedRequests, credential: FeedCredential, name: string | undefined) {
    this.#requests = requests
    this.#credential = credential
    // One process, as far as nobody says: the letters that the feed allows.
    this.#name = name ?? `${hostname()}-${process.pid}`.replace(/[^\w.-]/g, '_').slice(-64)
  }

  /** Called after each proof. What comes while a message is under way is told by the next proof, or after this one. */
  acknowledge(url: string, sequence: number, now: number): void {
    this.#url = url
    if (this.#isUnderway || (sequence === this.#sentSequence && now < this.#sentAt + everyMs)) return
    this.#sentSequence = sequence
    this.#sentAt = now
    void this.#send(sequence)
  }

  async #send(sequence: number): Promise<void> {
    this.#isUnderway = true
    try {
      const body = JSON.stringify({ guard: this.#name, seq: sequence })
      const response = await this.#requests.post(`${this.#url}/ack`, 'application/json', body, this.#credential)
      await response.body?.cancel()
    } catch {
      // Who revokes sees that this guard is silent: that is what acknowledging is for. Sent again with the next proof.
      this.#sentSequence = -1
    } finally {
      this.#isUnderway = false
    }
  }
}
