/** The newest lines of the feed, in memory: what readers that come back after a moment are served from. */
export class FeedTail {
  readonly #most: number
  #lines: string[] = []
  #first: number

  /** @param after the number that the feed has come to: the first line that is kept is the next one */
  constructor(after: number, most = 10_000) {
    this.#first = after + 1
    this.#most = most
  }

  append(lines: readonly string[]): void {
    this.#lines = this.#lines.concat(lines)
    if (this.#lines.length <= 2 * this.#most) return
    const dropped = this.#lines.length - this.#most
    this.#lines = this.#lines.slice(dropped)
    this.#first += dropped
  }

  /** The lines after a number, so many at most; undefined when the first of them is not in memory any more. */
  linesAfter(sequence: number, most: number): readonly string[] | undefined {
    const from = sequence + 1 - this.#first
    return from < 0 ? undefined : this.#lines.slice(from, from + most)
  }
}
