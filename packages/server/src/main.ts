import type { Config } from './config.ts'
import { createLog, type Log } from './platform/log/create-log.ts'
import { openStandardOutput } from './platform/log/open-standard-output.ts'
import { runWorkers } from './platform/workers/run-workers.ts'
import { isWorker, onAskedToStop } from './platform/workers/worker-message.ts'
import { type RunningServer, startServer } from './server.ts'

/** What a reader of the log that stands still may hold in this process; lines beyond it are lost. */
const MOST_UNWRITTEN_CHARACTERS = 16 * 1024 * 1024

/** A started process: what it serves, and how it ends. */
export interface Process {
  readonly server: RunningServer
  readonly log: Log
  /** Resolves when SIGTERM or SIGINT has come and everything accepted is answered and durable. */
  readonly stopped: Promise<void>
}

/** Starts the server as this process's job: it logs to standard output and stops cleanly on SIGTERM or SIGINT. */
export async function startProcess(
  config: Config,
  options: { readonly showsOutbox?: boolean; readonly processes?: number } = {},
): Promise<Process> {
  const destination = openStandardOutput({
    ...{ sync: false, maxLength: MOST_UNWRITTEN_CHARACTERS },
    ...(isWorker() && { maxWrite: WHOLE_WRITE_BYTES }),
  })
  const ownLog = createLog(config.logLevel, destination)
  const log = isWorker() ? ownLog.child({ worker: process.pid }) : ownLog
  const server = await startServer(config, { log, ...options })
  log.info({ issuer: config.issuer, url: server.url, database: kindOf(config.databaseUrl) }, 'listening')
  const stopped = untilAsked().then(async (signal) => {
    log.info({ signal }, 'stopping')
    await server.stop()
    log.info('stopped')
    await new Promise<void>((resolve) => destination.flush(() => resolve()))
  })
  return { server, log, stopped }
}

/** What a pipe takes from several writers without mixing it up (PIPE_BUF on Linux). */
const WHOLE_WRITE_BYTES = 4096

/** Starts this program as so many workers, and keeps them going. Resolves with the exit code once all have ended. */
export async function runPrimary(config: Config, count: number): Promise<number> {
  const log = createLog(config.logLevel, openStandardOutput({ sync: true }))
  log.info({ workers: count }, 'starting workers')
  const code = await runWorkers({ count, onLost: (lost) => log.error(lost, 'a worker ended, another one is started') })
  log.info('all workers have ended')
  return code
}

/** Of a database no more than this is logged: its URL holds a password. */
function kindOf(databaseUrl: string): string {
  return databaseUrl.slice(0, databaseUrl.indexOf(':'))
}

/** A signal that reaches a worker and its primary at once is one, in whatever order the worker hears of it. */
const SAME_SIGNAL_MS = 1000

/** The first signal asks, or the primary of a worker; a second signal finds Node's own handling again and ends the process at once. */
function untilAsked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const ask = (signal: NodeJS.Signals) => {
      leave()
      resolve(signal)
    }
    const leave = () => {
      process.off('SIGTERM', ask)
      process.off('SIGINT', ask)
    }
    process.on('SIGTERM', ask)
    process.on('SIGINT', ask)
    if (!isWorker()) return
    onAskedToStop(() => {
      resolve('SIGTERM')
      setTimeout(leave, SAME_SIGNAL_MS).unref()
    })
  })
}
