import { FairLine } from './fair-line.ts'

/** For whom somebody waits. */
export interface Party {
  /** Such as the network that asks. Parties take turns. */
  readonly name: string
  /** Whether it has been here before with success. */
  readonly isFamiliar: boolean
}

/** A line in which half of the places, and every second turn, are for parties that are familiar: strangers can't fill those, however many they are. */
export class FavouringLine<Waiter> {
  readonly #familiar: FairLine<Waiter>
  readonly #strange: FairLine<Waiter>
  #isFamiliarsTurn = true

  constructor(capacity: number) {
    this.#familiar = new FairLine(Math.ceil(capacity / 2))
    this.#strange = new FairLine(Math.floor(capacity / 2))
  }

  get size(): number {
    return this.#familiar.size + this.#strange.size
  }

  hasPlaceFor({ name, isFamiliar }: Party): boolean {
    return this.#lineOf(isFamiliar).hasPlaceFor(name)
  }

  /** @see FairLine.join */
  join({ name, isFamiliar }: Party, waiter: Waiter): Waiter | undefined {
    return this.#lineOf(isFamiliar).join(name, waiter)
  }

  leave({ name, isFamiliar }: Party, waiter: Waiter): void {
    this.#lineOf(isFamiliar).leave(name, waiter)
  }

  call(): Waiter | undefined {
    const isFirst = this.#isFamiliarsTurn
    this.#isFamiliarsTurn = !isFirst
    return this.#lineOf(isFirst).call() ?? this.#lineOf(!isFirst).call()
  }

  #lineOf(isFamiliar: boolean): FairLine<Waiter> {
    return isFamiliar ? this.#familiar : this.#strange
  }
}
