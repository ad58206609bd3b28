import cluster, { type Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerGatherings, askToStop, isReady } from './worker-message.ts'

export interface WorkersOptions {
  /** How many. */
  readonly count: number
  /** Is told of each worker that ended though nobody asked it to. */
  readonly onLost: (lost: {
    readonly pid: number | undefined
    readonly code: number
    readonly pauseMilliseconds: number
  }) => void
}

const shortestPauseMilliseconds = 100
const longestPauseMilliseconds = 10_000
/** Who has lived for so long did not end for what it began with. */
const longLifeMilliseconds = 60_000

/**
 * Runs this program in so many processes, which share the ports that they listen at, and starts again whichever ends. Resolves when all have ended, after SIGTERM or
 * SIGINT, with the exit code: 1 when the first of them never became ready, since the others would not either.
 *
 * @see https://nodejs.org/api/cluster.html
 */
export async function runWorkers({ count, onLost }: WorkersOptions): Promise<number> {
  // Numbers such as NaN arrive as they were sent.
  cluster.setupPrimary({ serialization: 'advanced' })
  answerGatherings()
  const stopping = new AbortController()
  const listening = new Set<Worker>()
  cluster.on('message', (worker, message: unknown) => isReady(message) && listening.add(worker))
  const ask = () => {
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker === undefined) continue
      // A supervisor or a terminal may send its signal to all processes by itself, and a second one ends them at once: so the first goes on as a message.
      if (!stopping.signal.aborted && listening.has(worker) && worker.isConnected()) askToStop(worker)
      else worker.process.kill('SIGTERM')
    }
    stopping.abort()
  }
  process.on('SIGTERM', ask)
  process.on('SIGINT', ask)
  // What is to be done once, the schema above all, is done by the first while nobody else is there.
  const first = start()
  if (!(await first.ready)) {
    await first.ended
    return stopping.signal.aborted ? 0 : 1
  }
  if (stopping.signal.aborted) {
    await first.ended
    return 0
  }
  const others = Array.from({ length: count - 1 }, () => start())
  await Promise.all([first, ...others].map((worker) => keep(worker, stopping.signal, onLost)))
  return 0
}

interface StartedWorker {
  readonly worker: Worker
  readonly startedAt: number
  /** Whether it became ready before it ended. */
  readonly ready: Promise<boolean>
  readonly ended: Promise<number>
}

function start(): StartedWorker {
  const worker = cluster.fork()
  const ended = new Promise<number>((resolve) => {
    worker.once('exit', (code) => resolve(code))
    // Without a listener it would end the primary, and all workers with that: a message to one that has just died cannot be delivered, and a process that could not be
    // started has no exit either.
    worker.on('error', () => worker.process.pid === undefined && resolve(1))
  })
  const ready = new Promise<boolean>((resolve) => {
    worker.on('message', (message: unknown) => isReady(message) && resolve(true))
    void ended.then(() => resolve(false))
  })
  return { worker, startedAt: performance.now(), ready, ended }
}

/** Puts another one in its place whenever it ends, until all are asked to stop; later each time when it ends soon. */
async function keep(started: StartedWorker, stopping: AbortSignal, onLost: WorkersOptions['onLost']): Promise<void> {
  let current = started
  let pauseMilliseconds = shortestPauseMilliseconds
  for (;;) {
    const code = await current.ended
    if (stopping.aborted) return
    if (performance.now() - current.startedAt > longLifeMilliseconds) pauseMilliseconds = shortestPauseMilliseconds
    onLost({ pid: current.worker.process.pid, code, pauseMilliseconds })
    await sleep(pauseMilliseconds, undefined, { signal: stopping }).catch(() => {})
    if (stopping.aborted) return
    pauseMilliseconds = Math.min(2 * pauseMilliseconds, longestPauseMilliseconds)
    current = start()
  }
}
