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

const MOST_ANSWERS_PER_NETWORK = 200
const MOST_ANSWERS = 1000

interface Waiter {
  readonly after: number
  wake(): void
}

/** All streams of this process. What it is told by the follower it renders once, and writes to each. */
export class FeedStreams implements FeedListener {
  readonly #limits: StreamLimits
  readonly #places: Places
  /** For answers of the log: they are soon given, but not to who doesn't read them. */
  readonly #answers: Places
  readonly #joined = new Set<FeedStream>()
  readonly #open = new Set<FeedStream>()
  readonly #waiters = new Set<Waiter>()
  readonly #ignore: () => void
  #isClosed = false

  constructor(follower: FeedFollower, limits: StreamLimits = DEFAULT_LIMITS) {
    this.#limits = limits
    this.#places = new Places(limits.perNetwork, limits.inAll)
    this.#answers = new Places(MOST_ANSWERS_PER_NETWORK, MOST_ANSWERS)
    this.#ignore = follower.listen(this)
  }

  /** Streams and waiting logs. */
  get count(): number {
    return this.#places.taken
  }

  /**
   * Takes a place; returns how to give it back.
   *
   * @throws Problem 503 `too_many_streams`
   */
  admit(network: string): () => void {
    if (this.#isClosed) throw tooMany()
    return this.#places.take(network)
  }

  /**
   * Takes a place for one answer of the log; returns how to give it back.
   *
   * @throws Problem 503 `too_many_streams`
   */
  admitAnswer(network: string): () => void {
    return this.#answers.take(network)
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

/** Counts what is under way, for each network and in all. */
class Places {
  readonly #mostPerNetwork: number
  readonly #mostInAll: number
  readonly #perNetwork = new Map<string, number>()
  taken = 0

  constructor(mostPerNetwork: number, mostInAll: number) {
    this.#mostPerNetwork = mostPerNetwork
    this.#mostInAll = mostInAll
  }

  take(network: string): () => void {
    const own = this.#perNetwork.get(network) ?? 0
    if (own >= this.#mostPerNetwork || this.taken >= this.#mostInAll) throw tooMany()
    this.#perNetwork.set(network, own + 1)
    this.taken += 1
    let isTaken = true
    return () => {
      if (!isTaken) return
      isTaken = false
      this.taken -= 1
      const left = (this.#perNetwork.get(network) ?? 1) - 1
      if (left === 0) this.#perNetwork.delete(network)
      else this.#perNetwork.set(network, left)
    }
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
