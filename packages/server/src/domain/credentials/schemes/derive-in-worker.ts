import { once } from 'node:events'
import path from 'node:path'
import { Worker } from 'node:worker_threads'

/** A hash that is computed in JavaScript. */
export type WorkerTask =
  | { readonly kind: 'bcrypt'; readonly password: string; readonly salt: string }
  | { readonly kind: 'phpass'; readonly password: Uint8Array; readonly salt: string; readonly iterations: number }

/** The same file before and after it was compiled, and in the bundle beside ours. */
const workerFile = new URL(`./hash-worker${path.extname(import.meta.url)}`, import.meta.url)

/** Threads that have nothing to do. There are never more than hashes at once, of which the hash queue lets few. */
const idle: Worker[] = []

/**
 * Computes in a thread of its own, which is started when the first such hash is verified (some 50 ms) and then kept; it never keeps the
 * process alive by itself.
 */
export async function deriveInWorker(task: WorkerTask): Promise<string> {
  const worker = idle.pop() ?? new Worker(workerFile)
  worker.ref()
  worker.postMessage(task)
  // Rejects with the thread's error, after which there is no such thread.
  const [made] = await once(worker, 'message')
  worker.unref()
  idle.push(worker)
  return made
}
