import cluster, { type Worker } from 'node:cluster'

/** What workers and their primary tell each other. */
type WorkerMessage =
  | { readonly ostiary: 'ready' }
  /** The primary asks a worker to end when all is done. */
  | { readonly ostiary: 'stop' }
  /** A worker wants the answers of all. */
  | { readonly ostiary: 'gather'; readonly gathering: number }
  /** The primary asks a worker for its answer. */
  | { readonly ostiary: 'ask'; readonly asked: string }
  | { readonly ostiary: 'answer'; readonly asked: string; readonly answer: unknown }
  | { readonly ostiary: 'gathered'; readonly gathering: number; readonly answers: readonly unknown[] }

/** A worker that hangs must not keep the others' answers: it is counted with its last one. */
const patienceMilliseconds = 2000

function toMessage(value: unknown): WorkerMessage | undefined {
  return typeof value === 'object' && value !== null && 'ostiary' in value ? (value as WorkerMessage) : undefined
}

export function isReady(value: unknown): boolean {
  return toMessage(value)?.ostiary === 'ready'
}

/** Whether this process is one of several that do the same. */
export function isWorker(): boolean {
  return cluster.isWorker
}

/** Whether this process is the worker that was started first of all, and not one that took its place. */
export function isFirstWorker(): boolean {
  return cluster.worker?.id === 1
}

/** In the primary. */
export function askToStop(worker: Worker): void {
  worker.send({ ostiary: 'stop' } satisfies WorkerMessage)
}

/** In a worker: calls back when the primary asks it to stop. */
export function onAskedToStop(stop: () => void): void {
  process.on('message', (value: unknown) => toMessage(value)?.ostiary === 'stop' && stop())
}

/** Tells the primary that this worker does its work. */
export function tellReady(): void {
  process.send?.({ ostiary: 'ready' } satisfies WorkerMessage)
}

/** In the primary: asks all workers whatever one of them wants to know of all. Of one that is late it gives the answer before, so that no sum goes back. */
export function answerGatherings(): void {
  let last = 0
  const open = new Map<string, () => void>()
  const newest = new Map<Worker, unknown>()
  cluster.on('exit', (worker) => newest.delete(worker))
  cluster.on('message', (asking, value: unknown) => {
    const message = toMessage(value)
    if (message?.ostiary === 'answer') {
      newest.set(asking, message.answer)
      open.get(message.asked)?.()
    }
    if (message?.ostiary !== 'gather') return
    const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => (worker?.isConnected() ? [worker] : []))
    const answers = workers.map((worker) => {
      const asked = String(++last)
      const answered = new Promise<void>((resolve) => {
        open.set(asked, resolve)
        setTimeout(resolve, patienceMilliseconds).unref()
      })
      worker.send({ ostiary: 'ask', asked } satisfies WorkerMessage)
      return answered.finally(() => open.delete(asked))
    })
    void Promise.all(answers).then(() => {
      const given = workers.map((worker) => newest.get(worker)).filter((answer) => answer !== undefined)
      const { gathering } = message
      if (asking.isConnected()) asking.send({ ostiary: 'gathered', gathering, answers: given } satisfies WorkerMessage)
    })
  })
}

/** In a worker: answers the primary, and gives how to gather the answers of all workers. */
export function joinGatherings(answer: () => Promise<unknown>): () => Promise<readonly unknown[]> {
  let last = 0
  const open = new Map<number, (answers: readonly unknown[]) => void>()
  process.on('message', async (value: unknown) => {
    const message = toMessage(value)
    if (message?.ostiary === 'gathered') open.get(message.gathering)?.(message.answers)
    if (message?.ostiary !== 'ask') return
    process.send?.({ ostiary: 'answer', asked: message.asked, answer: await answer() } satisfies WorkerMessage)
  })
  return () => {
    const gathering = ++last
    const gathered = new Promise<readonly unknown[]>((resolve) => open.set(gathering, resolve))
    process.send?.({ ostiary: 'gather', gathering } satisfies WorkerMessage)
    return gathered.finally(() => open.delete(gathering))
  }
}
