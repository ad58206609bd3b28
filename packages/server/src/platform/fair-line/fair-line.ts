/** Who waits, in a line of bounded length that no party can fill against the others. */
export class FairLine<Waiter> {
  readonly #capacity: number
  /** In the order in which they are called. A set keeps the order of arrival and lets one leave without a search. */
  readonly #parties = new Map<string, Set<Waiter>>()
  #size = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#size
  }

  /** Whether somebody of this party could join: there is room, or another party has more that it would have. */
  hasPlaceFor(party: string): boolean {
    return this.#size < this.#capacity || this.#findLargerThan(party) !== undefined
  }

  /** Gives a place; returns who has lost theirs to it: nobody, another party's newest, or the very one that came. */
  join(party: string, waiter: Waiter): Waiter | undefined {
    let evicted: Waiter | undefined
    if (this.#size >= this.#capacity) {
      const larger = this.#findLargerThan(party)
      evicted = larger === undefined ? undefined : [...(this.#parties.get(larger) ?? [])].at(-1)
      if (larger === undefined || evicted === undefined) return waiter
      this.leave(larger, evicted)
    }
    const own = this.#parties.get(party)
    if (own) own.add(waiter)
    else this.#parties.set(party, new Set([waiter]))
    this.#size += 1
    return evicted
  }

  /** Gives a place up. Nothing happens when there is none. */
  leave(party: string, waiter: Waiter): void {
    const own = this.#parties.get(party)
    if (!own?.delete(waiter)) return
    this.#size -= 1
    if (own.size === 0) this.#parties.delete(party)
  }

  /** Takes whose turn it is out of the line: the first of the party that was not called for longest. */
  call(): Waiter | undefined {
    const [entry] = this.#parties
    if (entry === undefined) return undefined
    const [party, own] = entry
    const [waiter] = own
    this.#parties.delete(party)
    if (waiter === undefined) return undefined
    own.delete(waiter)
    this.#size -= 1
    if (own.size > 0) this.#parties.set(party, own)
    return waiter
  }

  #findLargerThan(party: string): string | undefined {
    // With its newcomer: or else two would drive each other out for ever.
    let most = (this.#parties.get(party)?.size ?? 0) + 1
    let found: string | undefined
    for (const [other, waiters] of this.#parties) {
      if (waiters.size <= most) continue
      most = waiters.size
      found = other
    }
    return found
  }
}
