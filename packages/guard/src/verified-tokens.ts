import type { EpochMilliseconds } from './claims/access-token-claims.ts'
import type { VerifiedToken } from './to-verified-token.ts'

// At most so many are spared in a row, so that adding one has a bound.
const maxSpared = 16

/**
 * Verified tokens, found by their whole text and only while their time lasts by the clock handed in.
 *
 * Where to look tells a number of the signature: V8 would read a text twice, once for its hash and once to compare it. Of two
 * tokens with one number the newer stays, and the other is verified again; whoever can't sign can't choose numbers.
 *
 * When it is full, a hand goes round and drops the first token that nobody asked for since it last came by, so that a hit
 * costs one look-up and no reordering. One iterator stays the hand: it survives additions and deletions, and starting a
 * new one would walk over all that was deleted.
 */
export class VerifiedTokens<Claims> {
  readonly #maxSize: number
  readonly #tokens: Map<number, VerifiedToken<Claims>> = new Map()
  #hand: Iterator<[number, VerifiedToken<Claims>]> = this.#tokens.entries()
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
    const place = numberOf(token)
    const found = this.#tokens.get(place)
    if (found?.outcome.auth.token === token) {
      if (now < found.validUntil && now >= found.validFrom) {
        found.isUsed = true
        this.hits += 1
        return found
      }
      this.#tokens.delete(place)
    }
    return undefined
  }

  add(verified: VerifiedToken<Claims>): void {
    if (this.#maxSize === 0) return
    if (this.#tokens.size >= this.#maxSize) this.#dropOne()
    this.#tokens.set(numberOf(verified.outcome.auth.token), verified)
  }

  clear(): void {
    this.#tokens.clear()
  }

  #dropOne(): void {
    for (let spared = 0; ; ) {
      const { done, value } = this.#hand.next()
      if (done === true) {
        this.#hand = this.#tokens.entries()
      } else if (value[1].isUsed && spared < maxSpared) {
        value[1].isUsed = false
        spared += 1
      } else {
        this.#tokens.delete(value[0])
        return
      }
    }
  }
}

/** 30 bits of the signature: five characters of base64url. The last one is left out, since not all of its bits are used. */
function numberOf(token: string): number {
  let number = 0
  for (let at = token.length - 6; at < token.length - 1; at += 1) number = (number << 6) ^ token.charCodeAt(at)
  return number
}
