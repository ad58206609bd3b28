// Nothing but Argon2id, in a process of its own: as many at once as there are cores, as the server's hash queue lets run.
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'

export interface HashOrder {
  readonly milliseconds: number
}

export interface HashReport {
  readonly perSecond: number
  /** CPU time for each hash. */
  readonly cpuMilliseconds: number
}

const password = 'correct horse battery staple'
// The server's parameters; a PHC string carries them to `verify`.
const stored = hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 })

process.on('message', async ({ milliseconds }: HashOrder) => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const counts = await Promise.all(
    Array.from({ length: availableParallelism() }, () => hashUntil(start + milliseconds)),
  )
  const hashes = counts.reduce((sum, count) => sum + count, 0)
  const { user, system } = process.cpuUsage(cpu)
  const report: HashReport = {
    perSecond: (hashes * 1000) / (performance.now() - start),
    cpuMilliseconds: (user + system) / 1000 / hashes,
  }
  process.send?.(report)
})
process.on('disconnect', () => process.exit())

async function hashUntil(end: number): Promise<number> {
  let count = 0
  for (; performance.now() < end; count += 1) {
    if (!(await verify(await stored, password))) throw new Error('a right password was refused')
  }
  return count
}
