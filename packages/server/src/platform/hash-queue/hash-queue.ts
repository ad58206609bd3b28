import { availableParallelism } from 'node:os'

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

/** Lets as many hashes run at once as there are cores, and keeps the others in line, first come first served. */
export interface HashQueue {
  /**
   * Runs the work when its turn has come.
   *
   * Throws `HashQueueFullError` at once when the line is full, and the signal's reason when it aborts before the turn;
   * work that has begun is not stopped.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** How many are being hashed now. */
  readonly running: number
  /** How many stand in line. */
  readonly waiting: number
}

export interface HashQueueOptions {
  /** At most so many at once. Default: the number of cores; more of them only make each slower. */
  readonly concurrency?: number
  /** At most so many in line. Default: 64 for each that may run at once. */
  readonly capacity?: number
}

/** Hashing at the minimum cost takes about 20 ms of a core, so a full line is 1 to 2 s of work. */
const waitingPerCore = 64

/** By then, a full line has drained. */
const retryAfterSeconds = 2

export function createHashQueue(options: HashQueueOptions = {}): HashQueue {
  const concurrency = options.concurrency ?? availableParallelism()
  const capacity = options.capacity ?? waitingPerCore * concurrency
  // A set keeps the order of arrival and lets one who gives up leave without a search.
  const line = new Set<() => void>()
  let running = 0

  /** Who is called takes over the place of the one who leaves, so `running` stays as it is. */
  function leave(): void {
    const [next] = line
    if (next === undefined) running -= 1
    else next()
  }

  return {
    async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
      signal?.throwIfAborted()
      if (running < concurrency) running += 1
      else if (line.size < capacity) await waitInLine(line, signal)
      else throw new HashQueueFullError(retryAfterSeconds)
      try {
        return await work()
      } finally {
        leave()
      }
    },
    get running() {
      return running
    },
    get waiting() {
      return line.size
    },
  }
}

function waitInLine(line: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      line.delete(called)
      reject(signal?.reason)
    }
    const called = (): void => {
      line.delete(called)
      signal?.removeEventListener('abort', giveUp)
      resolve()
    }
    line.add(called)
    signal?.addEventListener('abort', giveUp, { once: true })
  })
}
