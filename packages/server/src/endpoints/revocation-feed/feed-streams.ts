import type { FeedDelivery, FeedFollower, FeedListener, FeedPulse } from '../../domain/revocations/feed-follower.ts'
import { Problem } from '../../platform/http/problem.ts'
import { renderEvents } from './render-events.ts'

/** How many may be open at once, waiting logs included. */
export interface StreamLimits {
  readonly perNetwork: number
  readonly inAll: number
  readonly unsentBytes: number
}

const DEFAULT_LIMITS: StreamLimits = { perNetwork: 2000, inAll: 10_000, unsentBytes: 1024 * 1024 }

/** One reader: a response that is never finished until somebody ends it. */
export interface FeedStream {
  readonly writableLength: number
  write(bytes: Buffer): boolean
  end(): void
  destroy(): void
}

interface Waiter {
  readonly after: number
  wake(): void
}

/** All streams of this process. What it is told by the follower it renders once, and writes to each. */
export class FeedStreams implements FeedListener {
  readonly #limits: StreamLimits
  readonly #perNetwork = new Map<string, number>()
  readonly #joined = new Set<FeedStream>()
  readonly #open = new Set<FeedStream>()
  readonly #waiters = new Set<Waiter>()
  readonly #ignore: () => void
  #inAll = 0
  #isClosed = false

  constructor(follower: FeedFollower, limits: StreamLimits = DEFAULT_LIMITS) {
    this.#limits = limits
    this.#ignore = follower.listen(this)
  }

  /** Streams and waiting logs. */
  get count(): number {
    return this.#inAll
  }

  /**
   * Takes a place; returns how to give it back.
   *
   * @throws Problem 503 `too_many_streams`
   */
  admit(network: string): () => void {
    const own = this.#perNetwork.get(network) ?? 0
    if (this.#isClosed || own >= this.#limits.perNetwork || this.#inAll >= this.#limits.inAll) throw tooMany()
    this.#perNetwork.set(network, own + 1)
    this.#inAll += 1
    let isTaken = true
    return () => {
      if (!isTaken) return
      isTaken = false
      this.#inAll -= 1
      const left = (this.#perNetwork.get(network) ?? 1) - 1
      if (left === 0) this.#perNetwork.delete(network)
      else this.#perNetwork.set(network, left)
    }
  }

  /** A stream that still catches up: it is ended with the others, and told nothing yet. */
  open(stream: FeedStream): void {
    this.#open.add(stream)
    if (this.#isClosed) stream.end()
  }

  /** From now on it is told what comes. */
  join(stream: FeedStream): void {
    if (this.#open.has(stream)) this.#joined.add(stream)
  }

  leave(stream: FeedStream): void {
    this.#open.delete(stream)
    this.#joined.delete(stream)
  }

  /** Resolves when there is a record after the number, when the time is over, or when nothing more will come. */
  untilPast(after: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.#isClosed || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        this.#waiters.delete(waiter)
        resolve()
      }
      const waiter = { after, wake }
      const timer = setTimeout(wake, milliseconds)
      signal.addEventListener('abort', wake)
      this.#waiters.add(waiter)
    })
  }

  deliver({ lines, pulse }: FeedDelivery): void {
    this.#wakeWaiters(pulse)
    if (this.#joined.size === 0) return
    const bytes = renderEvents(lines, pulse.heartbeat)
    for (const stream of this.#joined) {
      if (stream.writableLength > this.#limits.unsentBytes) stream.destroy()
      else stream.write(bytes)
    }
  }

  restart(): void {
    for (const stream of this.#open) stream.end()
    this.#open.clear()
    this.#joined.clear()
    for (const waiter of this.#waiters) waiter.wake()
  }

  /** Ends what is open and takes nothing new. */
  close(): void {
    this.#isClosed = true
    this.#ignore()
    this.restart()
  }

  #wakeWaiters({ position }: FeedPulse): void {
    for (const waiter of this.#waiters) if (position.sequence > waiter.after) waiter.wake()
  }
}

function tooMany(): Problem {
  return new Problem({
    status: 503,
    code: 'too_many_streams',
    detail: 'There are too many streams of the revocation feed here. Take another instance, or ask the log.',
    headers: { 'retry-after': '5' },
  })
}
