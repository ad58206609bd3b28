import { pino } from 'pino'
import type { Config } from './config.ts'
import { createLog, type Log } from './platform/log/create-log.ts'
import { type RunningServer, startServer } from './server.ts'

/** A started process: what it serves, and how it ends. */
export interface Process {
  readonly server: RunningServer
  readonly log: Log
  /** Resolves when SIGTERM or SIGINT has come and everything accepted is answered and durable. */
  readonly stopped: Promise<void>
}

/** Starts the server as this process's job: it logs to standard output and stops cleanly on SIGTERM or SIGINT. */
export async function startProcess(config: Config, options: { readonly showsOutbox?: boolean } = {}): Promise<Process> {
  const destination = pino.destination({ dest: 1, sync: false })
  const log = createLog(config.logLevel, destination)
  const server = await startServer(config, { log, ...options })
  log.info({ issuer: config.issuer, url: server.url, database: rootOf(config.databaseUrl) }, 'listening')
  const stopped = untilAsked().then(async (signal) => {
    log.info({ signal }, 'stopping')
    await server.stop()
    log.info('stopped')
    await new Promise<void>((resolve) => destination.flush(() => resolve()))
  })
  return { server, log, stopped }
}

/** Only the kind of database: its URL holds a password. */
function rootOf(databaseUrl: string): string {
  return databaseUrl.slice(0, databaseUrl.indexOf(':'))
}

/** The first signal asks; a second one finds Node's own handling again and ends the process at once. */
function untilAsked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const ask = (signal: NodeJS.Signals) => {
      process.off('SIGTERM', ask)
      process.off('SIGINT', ask)
      resolve(signal)
    }
    process.on('SIGTERM', ask)
    process.on('SIGINT', ask)
  })
}
