import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { startProcess } from '../main.ts'
import { createCommand, printFailure } from './command.ts'

export function serveCommand(): Command {
  return createCommand(
    'serve',
    'Start the authorization server with the settings of the environment; logs are JSON lines on standard output.',
    'OSTIARY_ISSUER=https://login.example.com OSTIARY_SECRET=… OSTIARY_DATABASE_URL=postgres://… ostiary serve',
  ).action(async (options: { json?: boolean }) => {
    try {
      const { stopped } = await startProcess(loadConfig())
      await stopped
    } catch (error) {
      printFailure(error, options.json === true)
      process.exitCode = 1
    }
  })
}
