import { FavouringLine, type Party } from '../fair-line/favouring-line.ts'

export interface GateLimits {
  /** So many are worked on at once. */
  readonly atWork: number
  /** So many more may wait. */
  readonly waiting: number
}

/** One that waits: called in its turn, or sent away. */
export interface Waiter {
  readonly party: Party
  /** By a monotonic clock, in milliseconds. */
  readonly since: number
  enter(): void
  sendAway(): void
}

/** Lets so many in at once, and the others in turns of their parties. */
export class Gate {
  readonly #limits: GateLimits
  readonly #line: FavouringLine<Waiter>
  #running = 0

  constructor(limits: GateLimits) {
    this.#limits = limits
    this.#line = new FavouringLine(limits.waiting)
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#line.size
  }

  /** Whether somebody would be let in now, before those in line if there are any. */
  get isOpen(): boolean {
    return this.#running < this.#limits.atWork
  }

  enter(): void {
    this.#running += 1
  }

  leave(): void {
    this.#running -= 1
  }

  /** Whoever loses their place is sent away. */
  line(waiter: Waiter): void {
    this.#line.join(waiter.party, waiter)?.sendAway()
  }

  giveUp(waiter: Waiter): void {
    this.#line.leave(waiter.party, waiter)
  }

  /** Lets the next one in. False: nobody waits, or there is no room. */
  admitNext(expired: (waiter: Waiter) => boolean): boolean {
    while (this.isOpen) {
      const waiter = this.#line.call()
      if (waiter === undefined) return false
      if (expired(waiter)) waiter.sendAway()
      else {
        this.enter()
        waiter.enter()
        return true
      }
    }
    return false
  }
}
