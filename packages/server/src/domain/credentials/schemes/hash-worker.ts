// A thread of its own for hashes that are computed in JavaScript: on the event loop each would stop everything for as long as it takes.
import { hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { hashSync } from 'bcryptjs'
import type { WorkerTask } from './derive-in-worker.ts'

parentPort?.on('message', (task: WorkerTask) => parentPort?.postMessage(derive(task)))

function derive(task: WorkerTask): string {
  return task.kind === 'bcrypt' ? hashSync(task.password, task.salt) : derivePhpass(task)
}

/** https://www.openwall.com/phpass/, crypt_private: MD5 of salt and password, then of digest and password again and again. */
function derivePhpass({ password, salt, iterations }: Extract<WorkerTask, { kind: 'phpass' }>): string {
  const digestAndPassword = Buffer.concat([Buffer.alloc(16), password])
  hash('md5', Buffer.concat([Buffer.from(salt), password]), 'buffer').copy(digestAndPassword)
  for (let time = 0; time < iterations; time++) hash('md5', digestAndPassword, 'buffer').copy(digestAndPassword)
  return digestAndPassword.subarray(0, 16).toString('hex')
}
