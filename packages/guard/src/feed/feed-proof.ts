/** Milliseconds of a clock that nobody sets. */
type Monotonic = number

/**
 * The moment up to which a replica is proved complete, by a monotonic clock: docs/reference/revocation-feed.md, "How fresh".
 *
 * The server's clock counts only from one heartbeat to the next, so no clock has to be right.
 */
export class FeedProof {
  #askedAt: Monotonic = 0
  #firstAt = 0
  #completeUntil: Monotonic | undefined

  /** A position that was signed after it had been asked for, and arrived just now. */
  begin(askedAt: Monotonic, signedAt: number): void {
    this.#askedAt = askedAt
    this.#firstAt = signedAt
    this.#move(askedAt)
  }

  /** A later position of the same connection. */
  extend(arrivedAt: Monotonic, signedAt: number): void {
    const until = this.#askedAt + (signedAt - this.#firstAt)
    // The server's clock was set forward: begin anew from here.
    if (until > arrivedAt) this.begin(arrivedAt, signedAt)
    else this.#move(until)
  }

  /** Undefined before anything was proved. */
  ageMilliseconds(now: Monotonic): number | undefined {
    return this.#completeUntil === undefined ? undefined : now - this.#completeUntil
  }

  #move(until: Monotonic): void {
    this.#completeUntil = Math.max(this.#completeUntil ?? until, until)
  }
}
