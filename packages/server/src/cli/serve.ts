import type { Command } from 'commander'
import { type Config, loadConfig } from '../config.ts'
import { runPrimary, startProcess } from '../main.ts'
import { parseDatabaseUrl } from '../platform/database/parse-database-url.ts'
import { isFirstWorker, isWorker, tellReady } from '../platform/workers/worker-message.ts'
import { CommandError, createCommand, printFailure } from './command.ts'
import { describeSetup, offerSetup, type SetupOffer } from './setup.ts'

export function serveCommand(): Command {
  return createCommand(
    'serve',
    'Start the authorization server with the settings of the environment; logs are JSON lines on standard output.',
    'OSTIARY_ISSUER=https://login.example.com OSTIARY_SECRET=… OSTIARY_DATABASE_URL=postgres://… ostiary serve',
  )
    .option('--workers <number>', 'run so many processes that share the port; for several cores, on PostgreSQL', '1')
    .action(async (options: ServeOptions) => {
      if (options.workers !== '1' && !isWorker()) return runWorkerProcesses(options)
      const processes = Number(options.workers)
      return runServer(options, async () => ({ config: loadConfig(), processes, greet: tellOfSetup }))
    })
}

interface ServeOptions {
  readonly json?: boolean
  readonly workers: string
}

async function runWorkerProcesses(options: ServeOptions): Promise<void> {
  try {
    const count = parseWorkers(options.workers)
    const config = loadConfig()
    if (parseDatabaseUrl(config.databaseUrl).dialect === 'sqlite') throw needsPostgresql()
    process.exitCode = await runPrimary(config, count)
  } catch (error) {
    printFailure(error, options.json === true)
    process.exitCode = error instanceof CommandError ? error.exitCode : 1
  }
}

function parseWorkers(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new CommandError('invalid_option', '--workers must be a number from 1 to 99.', 2)
}

/** docs/decisions/0063 */
function needsPostgresql(): CommandError {
  const sentence =
    '--workers needs PostgreSQL: on SQLite one process writes, and hashes passwords on all cores already. Leave the option out, or set OSTIARY_DATABASE_URL.'
  return new CommandError('workers_need_postgresql', sentence)
}

export interface PreparedServer {
  readonly config: Config
  readonly showsOutbox?: boolean
  /** How many processes do the same on this machine. Default: 1. */
  readonly processes?: number
  /** Says on the terminal what whoever started it should know. */
  readonly greet: (setup: SetupOffer | undefined) => void
}

/** Prepares, serves until the process is asked to stop, and says in one sentence why it could not. */
export async function runServer(
  options: { readonly json?: boolean },
  prepare: () => Promise<PreparedServer>,
): Promise<void> {
  try {
    const { config, greet, showsOutbox = false, processes = 1 } = await prepare()
    const { server, stopped } = await startProcess(config, { showsOutbox, processes })
    // A code makes the one before worthless: so it is told by one of several alone.
    if (!isWorker() || isFirstWorker()) greet(await offerSetup(server.installation, 'system'))
    if (isWorker()) tellReady()
    await stopped
    // Everything is answered, durable and written. What is left keeps no process: an exporter that still tries to reach its collector, the way to the primary,
    // a connection that has fallen silent.
    process.exit()
  } catch (error) {
    printFailure(error, options.json === true)
    process.exitCode = 1
    if (isWorker()) process.exit()
  }
}

/** Beside the log, which goes to standard output and never holds a code. */
function tellOfSetup(setup: SetupOffer | undefined): void {
  if (setup) process.stderr.write(`\n${describeSetup(setup).join('\n')}\n\n`)
}
