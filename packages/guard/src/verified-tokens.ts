import type { EpochMilliseconds } from './claims/access-token-claims.ts'
import type { VerifiedToken } from './to-verified-token.ts'

// At most so many are spared in a row, so that adding one has a bound.
const maxSpared = 16

/**
 * Verified tokens by their whole text. A token is only found while its time lasts by the clock handed in.
 *
 * When it is full, a hand goes round and drops the first token that nobody asked for since it last came by, so that a hit
 * costs one look-up and no reordering. One iterator stays the hand: it survives additions and deletions, and starting a
 * new one would walk over all that was deleted.
 */
export class VerifiedTokens<Claims> {
  readonly #maxSize: number
  readonly #tokens: Map<string, VerifiedToken<Claims>> = new Map()
  #hand: Iterator<[string, VerifiedToken<Claims>]> = this.#tokens.entries()
  hits = 0
  /** Counted by who verifies a token that wasn't found. */
  misses = 0

  constructor(maxSize: number) {
    this.#maxSize = maxSize
  }

  get size(): number {
    return this.#tokens.size
  }

  find(token: string, now: EpochMilliseconds): VerifiedToken<Claims> | undefined {
    const found = this.#tokens.get(token)
    if (found !== undefined) {
      if (now < found.validUntil && now >= found.validFrom) {
        found.isUsed = true
        this.hits += 1
        return found
      }
      this.#tokens.delete(token)
    }
    return undefined
  }

  add(token: string, verified: VerifiedToken<Claims>): void {
    if (this.#maxSize === 0) return
    if (this.#tokens.size >= this.#maxSize) this.#dropOne()
    this.#tokens.set(token, verified)
  }

  clear(): void {
    this.#tokens.clear()
  }

  #dropOne(): void {
    for (let spared = 0; ; ) {
      const next = this.#hand.next()
      if (next.done === true) {
        this.#hand = this.#tokens.entries()
        continue
      }
      const [token, verified] = next.value
      if (verified.isUsed && spared < maxSpared) {
        verified.isUsed = false
        spared += 1
        continue
      }
      this.#tokens.delete(token)
      return
    }
  }
}
