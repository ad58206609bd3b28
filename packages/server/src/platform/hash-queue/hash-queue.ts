import { availableParallelism } from 'node:os'
import { FavouringLine, type Party } from '../fair-line/favouring-line.ts'
import { inSpan } from '../tracing/in-span.ts'

/** The queue has no place left: answer 503 with this `Retry-After`. Nothing was hashed. */
export class HashQueueFullError extends Error {
  readonly code = 'hash_queue_full'
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('More hashes are waiting than this machine computes in a few seconds.')
    this.name = 'HashQueueFullError'
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Lets as many hashes run at once as there are cores, and keeps the others in line: parties in turns, each first come first served. */
export interface HashQueue {
  /**
   * Runs the work when its turn has come.
   *
   * Throws `HashQueueFullError` when the line is full: at once, or later when another party that has less there needs the place; and the signal's reason when it
   * aborts before the turn. Work that has begun is not stopped.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** The same queue, asked for a party, such as the network that asks. Without one all count as one, which is familiar: the commands, and people who are signed in. */
  of(party: string): HashQueue
  /** Whether somebody would be let in or get a place now: asked before any work, where a full line would say it after that. */
  hasPlaceFor(party: Party): boolean
  /** How many are being hashed now. */
  readonly running: number
  /** How many stand in line. */
  readonly waiting: number
  /** Tells how long each had to wait for its turn, from now on. */
  observeWaits(observer: (seconds: number) => void): void
}

export interface HashQueueOptions {
  /** At most so many at once. Default: the number of cores; more of them only make each slower. */
  readonly concurrency?: number
  /** At most so many in line, half of them familiar. Default: 64 for each that may run at once. */
  readonly capacity?: number
  /** Whether a party has been here before with success. Default: none has. */
  readonly isFamiliar?: (party: string) => boolean
}

/** Hashing at the minimum cost takes about 20 ms of a core, so a full line is 1 to 2 s of work. */
const waitingPerCore = 64

/** By then, a full line has drained. */
const retryAfterSeconds = 2

export function createHashQueue(options: HashQueueOptions = {}): HashQueue {
  const concurrency = options.concurrency ?? availableParallelism()
  const capacity = options.capacity ?? waitingPerCore * concurrency
  const { isFamiliar = () => false } = options
  const line = new FavouringLine<Waiting>(capacity)
  let running = 0
  let observe: (seconds: number) => void = () => {}

  /** Who is called takes over the place of the one who leaves, so `running` stays as it is. */
  function leave(): void {
    const next = line.call()
    if (next === undefined) running -= 1
    else next.call()
  }

  async function run<T>(party: Party, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    const askedAt = performance.now()
    if (running < concurrency) running += 1
    else {
      if (!line.hasPlaceFor(party)) throw new HashQueueFullError(retryAfterSeconds)
      await inSpan({ name: 'hash wait' }, () => waitInLine(line, party, signal))
    }
    observe((performance.now() - askedAt) / 1000)
    try {
      return await inSpan({ name: 'hash' }, work)
    } finally {
      leave()
    }
  }

  const askedFor = (party: Party): HashQueue => ({
    run: (work, signal) => run(party, work, signal),
    of: (name) => askedFor({ name, isFamiliar: isFamiliar(name) }),
    hasPlaceFor: (asking) => running < concurrency || line.hasPlaceFor(asking),
    get running() {
      return running
    },
    get waiting() {
      return line.size
    },
    observeWaits(observer) {
      observe = observer
    },
  })
  return askedFor({ name: '', isFamiliar: true })
}

interface Waiting {
  call(): void
  sendAway(): void
}

function waitInLine(line: FavouringLine<Waiting>, party: Party, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      line.leave(party, waiting)
      reject(signal?.reason)
    }
    const waiting: Waiting = {
      call() {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      },
      sendAway() {
        signal?.removeEventListener('abort', giveUp)
        reject(new HashQueueFullError(retryAfterSeconds))
      },
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    line.join(party, waiting)?.sendAway()
  })
}
