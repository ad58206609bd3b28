import type { Command } from 'commander'
import { type Config, loadConfig } from '../config.ts'
import { startProcess } from '../main.ts'
import { createCommand, printFailure } from './command.ts'

export function serveCommand(): Command {
  return createCommand(
    'serve',
    'Start the authorization server with the settings of the environment; logs are JSON lines on standard output.',
    'OSTIARY_ISSUER=https://login.example.com OSTIARY_SECRET=… OSTIARY_DATABASE_URL=postgres://… ostiary serve',
  ).action((options: { json?: boolean }) => runServer(options, async () => ({ config: loadConfig() })))
}

/** Prepares, serves until the process is asked to stop, and says in one sentence why it could not. */
export async function runServer(
  options: { readonly json?: boolean },
  prepare: () => Promise<{ readonly config: Config; readonly welcome?: string; readonly showsOutbox?: boolean }>,
): Promise<void> {
  try {
    const { config, welcome, showsOutbox = false } = await prepare()
    const { stopped } = await startProcess(config, { showsOutbox })
    if (welcome !== undefined) process.stdout.write(`${welcome}\n`)
    await stopped
  } catch (error) {
    printFailure(error, options.json === true)
    process.exitCode = 1
  }
}
