import type { ConnectionFigures } from './database.ts'
import { DatabaseError, databaseClosed } from './database-error.ts'

/** What a pool needs of a connection. */
export interface Poolable {
  readonly isGone: boolean
  /** Calls back once, when the connection is gone by itself or by `close`. */
  onceGone(gone: () => void): void
  close(): void
}

export interface PoolParts<C extends Poolable> {
  /** Opens a connection. It rejects by what callers may see. */
  open(): Promise<C>
  readonly most: number
  /** That an idle connection was lost. */
  readonly onLost?: () => void
  readonly now?: () => number
}

interface Waiter<C> {
  readonly give: (connection: C) => void
  readonly refuse: (error: unknown) => void
  readonly askedAt: number
}

/** One connection is kept for what may not wait behind a flood. */
const KEPT_FOR_URGENT = 1
/** Whoever comes later is refused at once: to wait that long helps nobody. */
const mostWaiting = 1000
const longestWaitMilliseconds = 5000
/** Then a connection is opened anew, so that a server that was added, or a changed address, is found. */
const lifeMilliseconds = 15 * 60_000
const idleMilliseconds = 60_000
const sweepMilliseconds = 15_000
const shortestPauseMilliseconds = 50
const longestPauseMilliseconds = 1000

/**
 * Lends connections, one to each who asks. While none can be opened and none is there, one attempt at a time is made, ever more slowly up to
 * one in a second; whoever asks meanwhile waits for the next attempt, and is told what it was told.
 */
export class ConnectionPool<C extends Poolable> {
  readonly #parts: PoolParts<C>
  readonly #now: () => number
  readonly #idle: C[] = []
  readonly #busy = new Set<C>()
  readonly #waiting: Waiter<C>[] = []
  readonly #urgentlyWaiting: Waiter<C>[] = []
  /** When each has to be opened anew, and since when it has been idle. */
  readonly #ends = new WeakMap<C, number>()
  readonly #idleSince = new WeakMap<C, number>()
  readonly #sweeper: NodeJS.Timeout
  #opening = 0
  /** How often in a row none could be opened. */
  #failures = 0
  #pause: NodeJS.Timeout | undefined
  #observe: (seconds: number) => void = () => {}
  #closed: PromiseWithResolvers<void> | undefined

  constructor(parts: PoolParts<C>) {
    this.#parts = parts
    this.#now = parts.now ?? (() => performance.now())
    this.#sweeper = setInterval(() => this.#sweep(), sweepMilliseconds).unref()
  }

  get figures(): ConnectionFigures {
    return {
      busy: this.#busy.size,
      idle: this.#idle.length,
      opening: this.#opening,
      waiting: this.#waiting.length + this.#urgentlyWaiting.length,
    }
  }

  /** Has each wait for a connection told, in seconds; who gets one at once has waited 0. */
  observeWaits(observe: (seconds: number) => void): void {
    this.#observe = observe
  }

  /** @throws DatabaseError `busy`, or what opening a connection threw. */
  async acquire({ isUrgent = false }: { readonly isUrgent?: boolean } = {}): Promise<C> {
    const idle = this.#mayLend(isUrgent) ? this.#idle.pop() : undefined
    if (idle === undefined) return this.#wait(isUrgent)
    this.#busy.add(idle)
    this.#observe(0)
    return idle
  }

  release(connection: C): void {
    this.#busy.delete(connection)
    if (this.#closed || connection.isGone || this.#isExpired(connection)) connection.close()
    else this.#lendOrKeep(connection)
    this.#settle()
  }

  /** Takes a connection back that must not be used again. */
  destroy(connection: C): void {
    this.#busy.delete(connection)
    connection.close()
    this.#settle()
  }

  /** Opens every connection anew: the idle ones at once, the others when they come back. */
  renew(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
    for (const connection of this.#busy) this.#ends.set(connection, 0)
  }

  /**
   * Closes the idle ones that have not been used since a moment of `now`. Another one was lost that was used then, and what ends or swallows one mostly does so to all: each
   * of them would be tried in vain, one after the other.
   */
  dropIdleSince(moment: number): void {
    const isSuspect = (connection: C) => (this.#idleSince.get(connection) ?? 0) < moment
    for (const connection of this.#idle.filter(isSuspect)) {
      this.#idle.splice(this.#idle.indexOf(connection), 1)
      connection.close()
    }
  }

  /** Nobody may ask any more; resolves when all have come back. */
  close(): Promise<void> {
    this.#closed ??= Promise.withResolvers()
    clearInterval(this.#sweeper)
    for (const connection of this.#idle.splice(0)) connection.close()
    this.#settle()
    return this.#closed.promise
  }

  get #size(): number {
    return this.#busy.size + this.#idle.length + this.#opening
  }

  #mayLend(isUrgent: boolean): boolean {
    return isUrgent || this.#busy.size < this.#parts.most
  }

  #wait(isUrgent: boolean): Promise<C> {
    const queue = isUrgent ? this.#urgentlyWaiting : this.#waiting
    if (queue.length >= mostWaiting) return Promise.reject(tooBusy())
    return new Promise((resolve, reject) => {
      const waiter: Waiter<C> = { give, refuse, askedAt: this.#now() }
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiter), 1)
        reject(tooBusy())
      }, longestWaitMilliseconds)
      function give(connection: C): void {
        clearTimeout(timer)
        resolve(connection)
      }
      function refuse(error: unknown): void {
        clearTimeout(timer)
        reject(error)
      }
      queue.push(waiter)
      this.#grow()
    })
  }

  #nextWaiter(): Waiter<C> | undefined {
    return this.#urgentlyWaiting.shift() ?? (this.#mayLend(false) ? this.#waiting.shift() : undefined)
  }

  #hasWaiter(): boolean {
    return this.#urgentlyWaiting.length > 0 || (this.#waiting.length > 0 && this.#mayLend(false))
  }

  #lendOrKeep(connection: C): void {
    const waiter = this.#nextWaiter()
    if (waiter === undefined) {
      this.#idleSince.set(connection, this.#now())
      this.#idle.push(connection)
      return
    }
    this.#busy.add(connection)
    this.#observe((this.#now() - waiter.askedAt) / 1000)
    waiter.give(connection)
  }

  /** As many as there are who wait, within bounds; one alone while the server is away. */
  #grow(): void {
    if (this.#pause !== undefined) return
    const { most } = this.#parts
    while (this.#opening < this.#waiting.length + this.#urgentlyWaiting.length) {
      const bound = this.#urgentlyWaiting.length > 0 ? most + KEPT_FOR_URGENT : most
      if (this.#size >= bound || (this.#failures > 0 && this.#opening > 0)) return
      void this.#open()
    }
  }

  async #open(): Promise<void> {
    this.#opening++
    try {
      const connection = await this.#parts.open()
      this.#opening--
      this.#failures = 0
      this.#admit(connection)
    } catch (error) {
      this.#opening--
      this.#failures++
      this.#pauseOpening(error)
    }
    this.#settle()
  }

  #admit(connection: C): void {
    // Not all at once, so that they are not opened anew all at once.
    this.#ends.set(connection, this.#now() + lifeMilliseconds * (0.8 + 0.2 * Math.random()))
    connection.onceGone(() => this.#forget(connection))
    if (this.#closed) connection.close()
    else this.#lendOrKeep(connection)
  }

  #forget(connection: C): void {
    const at = this.#idle.indexOf(connection)
    if (at === -1) return
    this.#idle.splice(at, 1)
    this.#parts.onLost?.()
  }

  /** Those who wait may still be served by connections that are there. */
  #pauseOpening(error: unknown): void {
    const longest = Math.min(longestPauseMilliseconds, shortestPauseMilliseconds * 2 ** (this.#failures - 1))
    // By chance, so that instances that have lost the same server don't come back to it together.
    const pause = longest * (0.5 + 0.5 * Math.random())
    clearTimeout(this.#pause)
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      this.#grow()
    }, pause)
    if (this.#busy.size + this.#opening > 0) return
    for (const waiter of [...this.#urgentlyWaiting.splice(0), ...this.#waiting.splice(0)]) waiter.refuse(error)
  }

  /** After one has come or gone. */
  #settle(): void {
    if (!this.#closed) {
      for (let idle = this.#hasWaiter() && this.#idle.pop(); idle; idle = this.#hasWaiter() && this.#idle.pop())
        this.#lendOrKeep(idle)
      this.#grow()
      return
    }
    for (const waiter of [...this.#urgentlyWaiting.splice(0), ...this.#waiting.splice(0)])
      waiter.refuse(databaseClosed())
    if (this.#busy.size + this.#opening > 0) return
    clearTimeout(this.#pause)
    this.#closed.resolve()
  }

  #isExpired(connection: C): boolean {
    return this.#now() >= (this.#ends.get(connection) ?? 0)
  }

  #sweep(): void {
    const now = this.#now()
    const isOld = (connection: C) =>
      this.#isExpired(connection) || now - (this.#idleSince.get(connection) ?? now) > idleMilliseconds
    for (const connection of this.#idle.filter(isOld)) {
      this.#idle.splice(this.#idle.indexOf(connection), 1)
      connection.close()
    }
  }
}

function tooBusy(): DatabaseError {
  return new DatabaseError(
    'busy',
    'No connection to PostgreSQL became free in time: try again. If it goes on, the server is slow, or pool_max in the database URL is too small.',
  )
}
