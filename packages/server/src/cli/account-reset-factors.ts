import type { Command } from 'commander'
import { resetFactors } from '../domain/login/reset-factors.ts'
import { createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'

interface ResetOptions {
  readonly json?: boolean
  readonly username: string
}

export function accountResetFactorsCommand(): Command {
  return createCommand(
    'reset-factors',
    'Remove the authenticator app and the recovery codes of who has lost them. Make sure who asks: a password is enough then.',
    'ostiary account reset-factors --username ada',
  )
    .requiredOption('--username <name>', 'user name or e-mail address')
    .action((options: ResetOptions) => runCommand(options, () => resetFromOptions(options)))
}

async function resetFromOptions({ username: name }: ResetOptions): Promise<Report> {
  return withInstallation(async (installation) => {
    const { id, username } = await getAccountOption(installation, name)
    const removed = await installation.database.write((tx) => resetFactors(tx, id, 'cli'))
    const told = removed ? 'has no authenticator app any more' : 'had no authenticator app'
    return { json: { id, removed }, lines: [`${username} ${told}.`] }
  })
}
