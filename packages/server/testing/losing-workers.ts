import cluster from 'node:cluster'
import { runWorkers } from '../src/platform/workers/run-workers.ts'
import { askToStop, onAskedToStop, tellReady } from '../src/platform/workers/worker-message.ts'

/** Runs two workers, loses one in a way that is named, and tells what became of all. */
if (cluster.isPrimary) {
  const lost: number[] = []
  let isBegun = false
  cluster.on('message', (_, message: unknown) => {
    if (JSON.stringify(message) !== '{"ostiary":"ready"}' || Object.keys(cluster.workers ?? {}).length < 2) return
    if (lost.length >= Number(process.argv[3])) process.kill(process.pid, 'SIGTERM')
    else if (!isBegun) {
      isBegun = true
      lose(String(process.argv[2]))
    }
  })
  const code = await runWorkers({ count: 2, onLost: ({ code }) => lost.push(code) })
  console.log(JSON.stringify({ code, lost }))
  process.exit(code)
} else {
  onAskedToStop(() => process.exit(0))
  tellReady()
}

function lose(how: string): void {
  const [worker] = Object.values(cluster.workers ?? {})
  worker?.process.kill('SIGKILL')
  if (how === 'unreachable' && worker !== undefined) {
    // It dies, and nobody here has heard of it yet.
    const deadAt = performance.now() + 300
    while (performance.now() < deadAt);
    askToStop(worker)
  }
  if (how === 'unstartable') {
    const { execPath } = process
    process.execPath = '/nowhere/node'
    setTimeout(() => {
      process.execPath = execPath
    }, 250)
  }
}
