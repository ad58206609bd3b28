import { setTimeout as sleep } from 'node:timers/promises'

/** A balancer that has not asked for so long asks another address, or none. */
const ASKED_LATELY_MS = 10_000
/** So many refusals in a row take an instance out at the balancers that we know, unless they are told otherwise. */
const REFUSALS = 3
/** Balancers that ask less often than this are not waited for: who stops a container kills it after ten seconds. */
const LONGEST_DRAIN_MS = 6000
/** Strangers ask through the balancer as well, and there are any number of them. */
const MOST_ASKERS = 100

/** How a process stops: it goes on answering until each balancer has heard that it is not ready, so that none of their requests meets a closed door. */
export class Drain {
  readonly #monotonicNow: () => number
  /** When each address has asked last; the latest stand last. */
  readonly #askers = new Map<string, number>()
  #isStopping = false
  /** Who asked before the stop, and how often each is still to be refused. */
  readonly #waitedFor = new Map<string, number>()
  readonly #heard = Promise.withResolvers<void>()

  constructor(monotonicNow: () => number = () => performance.now()) {
    this.#monotonicNow = monotonicNow
  }

  /** True from the moment the process was asked to stop. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Told by `/readyz` of each answer: somebody at this address asks whether requests shall be sent here. */
  noteAsked(address: string): void {
    const refusalsLeft = this.#waitedFor.get(address)
    if (!this.#isStopping) this.#remember(address)
    if (refusalsLeft === undefined) return
    if (refusalsLeft > 1) this.#waitedFor.set(address, refusalsLeft - 1)
    else this.#waitedFor.delete(address)
    if (this.#waitedFor.size === 0) this.#heard.resolve()
  }

  /** Of too many the one is forgotten that has not asked for longest: a balancer asks each second or two. */
  #remember(address: string): void {
    this.#askers.delete(address)
    this.#askers.set(address, this.#monotonicNow())
    const [oldest] = this.#askers.keys()
    if (this.#askers.size > MOST_ASKERS && oldest !== undefined) this.#askers.delete(oldest)
  }

  /**
   * From here on the process is not ready. Resolves when the door may be closed.
   *
   * @param shortestMilliseconds how long open connections get; 0: nobody is waited for
   */
  async begin(shortestMilliseconds: number, countConnections: () => Promise<number>): Promise<void> {
    const now = this.#monotonicNow()
    for (const [address, askedAt] of this.#askers)
      if (now - askedAt < ASKED_LATELY_MS) this.#waitedFor.set(address, REFUSALS)
    const isAsked = this.#waitedFor.size > 0
    this.#isStopping = true
    if (shortestMilliseconds === 0) return
    if (isAsked) await Promise.race([this.#heard.promise, sleep(LONGEST_DRAIN_MS, undefined, { ref: false })])
    // What was sent here before the last refusal was heard.
    if (isAsked || (await countConnections()) > 0) await sleep(shortestMilliseconds)
  }
}
