import type { FeedDelivery, FeedFollower, FeedListener, FeedPulse } from '../../domain/revocations/feed-follower.ts'
import { Problem } from '../../platform/http/problem.ts'
import { renderEvents } from './render-events.ts'

/** Who reads. Guards that prove their client have places of their own, whatever strangers take. */
export interface FeedReader {
  readonly network: string
  readonly clientId: string | undefined
}

/** How many may be open at once, waiting logs included: of strangers, and the same of guards. */
export interface StreamLimits {
  /** And for each client of guards. */
  readonly perNetwork: number
  readonly inAll: number
  readonly unsentBytes: number
  /** Who has taken nothing for so long is cut off, however little waits for them: a guard that hears nothing is stale by then. */
  readonly unsentMilliseconds: number
}

const DEFAULT_LIMITS: StreamLimits = {
  perNetwork: 2000,
  inAll: 10_000,
  unsentBytes: 1024 * 1024,
  unsentMilliseconds: 10_000,
}

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
  readonly #guardPlaces: Places
  /** For answers of the log: they are soon given, but not to who doesn't read them. */
  readonly #answers: Places
  readonly #guardAnswers: Places
  /** Each with the moment since when something has waited for it, by a monotonic clock; undefined: nothing does. */
  readonly #joined = new Map<FeedStream, number | undefined>()
  readonly #open = new Set<FeedStream>()
  readonly #waiters = new Set<Waiter>()
  readonly #ignore: () => void
  #isClosed = false
  /** How many readers were cut off since they did not read. */
  cutOff = 0

  constructor(follower: FeedFollower, limits: StreamLimits = DEFAULT_LIMITS) {
    this.#limits = limits
    this.#places = new Places(limits.perNetwork, limits.inAll)
    this.#guardPlaces = new Places(limits.perNetwork, limits.inAll)
    this.#answers = new Places(MOST_ANSWERS_PER_NETWORK, MOST_ANSWERS)
    this.#guardAnswers = new Places(MOST_ANSWERS_PER_NETWORK, MOST_ANSWERS)
    this.#ignore = follower.listen(this)
  }

  /** Streams and waiting logs. */
  get count(): number {
    return this.#places.taken + this.#guardPlaces.taken
  }

  /** Those of readers who prove no client. */
  get unnamedCount(): number {
    return this.#places.taken
  }

  /**
   * Takes a place; returns how to give it back.
   *
   * @throws Problem 503 `too_many_streams`
   */
  admit({ network, clientId }: FeedReader): () => void {
    if (this.#isClosed) throw tooMany()
    return clientId === undefined ? this.#places.take(network) : this.#guardPlaces.take(clientId)
  }

  /**
   * Takes a place for one answer of the log; returns how to give it back.
   *
   * @throws Problem 503 `too_many_streams`
   */
  admitAnswer({ network, clientId }: FeedReader): () => void {
    return clientId === undefined ? this.#answers.take(network) : this.#guardAnswers.take(clientId)
  }

  /** A stream that still catches up: it is ended with the others, and told nothing yet. */
  open(stream: FeedStream): void {
    this.#open.add(stream)
    if (this.#isClosed) stream.end()
  }

  /** From now on it is told what comes. */
  join(stream: FeedStream): void {
    if (this.#open.has(stream)) this.#joined.set(stream, undefined)
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
    const now = performance.now()
    for (const [stream, unsentSince] of this.#joined) {
      const waits = stream.writableLength > 0
      const isStuck = waits && unsentSince !== undefined && now - unsentSince > this.#limits.unsentMilliseconds
      if (isStuck || stream.writableLength > this.#limits.unsentBytes) this.#cutOff(stream)
      else {
        if (waits !== (unsentSince !== undefined)) this.#joined.set(stream, waits ? now : undefined)
        stream.write(bytes)
      }
    }
  }

  #cutOff(stream: FeedStream): void {
    this.cutOff += 1
    stream.destroy()
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

/** Counts what is under way, for each network or client, and in all. */
class Places {
  readonly #mostPerKey: number
  readonly #mostInAll: number
  readonly #perKey = new Map<string, number>()
  taken = 0

  constructor(mostPerKey: number, mostInAll: number) {
    this.#mostPerKey = mostPerKey
    this.#mostInAll = mostInAll
  }

  take(key: string): () => void {
    const own = this.#perKey.get(key) ?? 0
    if (own >= this.#mostPerKey || this.taken >= this.#mostInAll) throw tooMany()
    this.#perKey.set(key, own + 1)
    this.taken += 1
    let isTaken = true
    return () => {
      if (!isTaken) return
      isTaken = false
      this.taken -= 1
      const left = (this.#perKey.get(key) ?? 1) - 1
      if (left === 0) this.#perKey.delete(key)
      else this.#perKey.set(key, left)
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
