import type { Command } from 'commander'
import { resetFactors } from '../domain/login/reset-factors.ts'
import { createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'

interface ResetOptions {
  readonly json?: boolean
  readonly passkeys?: boolean
  readonly username: string
}

export function accountResetFactorsCommand(): Command {
  return createCommand(
    'reset-factors',
    'Remove the authenticator app and the recovery codes of who has lost them. Make sure who asks: a password is enough then.',
    'ostiary account reset-factors --username ada',
  )
    .requiredOption('--username <name>', 'user name or e-mail address')
    .option('--passkeys', 'remove all passkeys as well, even the last way in')
    .action((options: ResetOptions) => runCommand(options, () => resetFromOptions(options)))
}

async function resetFromOptions({ username: name, passkeys: losesPasskeys = false }: ResetOptions): Promise<Report> {
  return withInstallation(async (installation) => {
    const { id: accountId, username } = await getAccountOption(installation, name)
    const reset = { accountId, actor: 'cli', losesPasskeys } as const
    const { hadApp, passkeys } = await installation.database.write((tx) => resetFactors(tx, reset))
    const told = hadApp ? 'has no authenticator app any more' : 'had no authenticator app'
    const lines = [`${username} ${told}.`, ...(losesPasskeys ? [`Passkeys removed: ${passkeys}.`] : [])]
    return { json: { id: accountId, removed: hadApp, passkeys_removed: passkeys }, lines }
  })
}
