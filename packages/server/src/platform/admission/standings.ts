/** So long after a party has proved who somebody is, it is familiar. */
const FAMILIAR_MS = 3_600_000
const MOST_FAMILIAR = 10_000
/** So many refusals within a second: a flood, and no list of attacks that somebody tries one after the other and wants to be answered. */
const MOST_REFUSALS = 1000
const WINDOW_MS = 1000

/**
 * What this process remembers of parties, for lack of time to ask anybody: who has lately proved who they are, and who asks for nothing but refusals. In memory alone, and
 * bounded: it decides who is read first in a flood, and nothing else.
 */
export class Standings {
  /** When each has last been right, the longest ago first. */
  readonly #rightAt = new Map<string, number>()
  readonly #now: () => number
  #refusals = new Map<string, number>()
  #failedBefore: ReadonlySet<string> = new Set()
  #windowBeganAt: number

  /** @param now a monotonic clock, in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#windowBeganAt = now()
  }

  /** Somebody there has proved who they are: by a password, or with a token of theirs. */
  noteRight(party: string): void {
    this.#rightAt.delete(party)
    this.#rightAt.set(party, this.#now())
    if (this.#rightAt.size <= MOST_FAMILIAR) return
    const [oldest] = this.#rightAt.keys()
    if (oldest !== undefined) this.#rightAt.delete(oldest)
  }

  noteRefused(party: string): void {
    this.#turnWindow()
    this.#refusals.set(party, (this.#refusals.get(party) ?? 0) + 1)
  }

  isFamiliar(party: string): boolean {
    const at = this.#rightAt.get(party)
    return at !== undefined && this.#now() - at < FAMILIAR_MS
  }

  /** Whether any party is refused over and over at this moment: else nobody has to be asked for. */
  get areAnyFailing(): boolean {
    this.#turnWindow()
    return this.#failedBefore.size > 0 || this.#refusals.size > 0
  }

  /** Whether it is refused over and over, in this second or the one before, and nobody there has lately been right. */
  isFailing(party: string): boolean {
    this.#turnWindow()
    const fails = this.#failedBefore.has(party) || (this.#refusals.get(party) ?? 0) >= MOST_REFUSALS
    return fails && !this.isFamiliar(party)
  }

  #turnWindow(): void {
    const elapsed = this.#now() - this.#windowBeganAt
    if (elapsed < WINDOW_MS) return
    const failing = [...this.#refusals].filter(([, count]) => count >= MOST_REFUSALS).map(([party]) => party)
    this.#failedBefore = new Set(elapsed < 2 * WINDOW_MS ? failing : [])
    this.#refusals = new Map()
    this.#windowBeganAt = this.#now()
  }
}
