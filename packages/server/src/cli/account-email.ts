import type { Command } from 'commander'
import { changeEmail } from '../domain/accounts/change-email.ts'
import { getAccount } from '../domain/accounts/get-account.ts'
import { lockAccount } from '../domain/accounts/lock-account.ts'
import { parseEmail } from '../domain/accounts/parse-email.ts'
import { endChallenges } from '../domain/email-challenges/end-challenges.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'

interface AccountEmailOptions {
  readonly json?: boolean
  readonly username: string
  readonly email: string
}

export function accountEmailCommand(): Command {
  return createCommand(
    'email',
    'Give an account another e-mail address, which counts as verified: make sure whose it is. Codes that were mailed before open nothing more.',
    'ostiary account email --username ada --email ada@example.com',
  )
    .requiredOption('--username <name>', 'user name or e-mail address')
    .requiredOption('--email <address>', 'the address from now on')
    .action((options: AccountEmailOptions) => runCommand(options, () => changeFromOptions(options)))
}

async function changeFromOptions({ username: name, email: typed }: AccountEmailOptions): Promise<Report> {
  const parsed = parseEmail(typed)
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return withInstallation(async (installation) => {
    const { id, username } = await getAccountOption(installation, name)
    const isChanged = await installation.database.write(async (tx) => {
      await lockAccount(tx, id)
      const account = await getAccount(tx.sql, id)
      if (!(await changeEmail(tx, account, parsed.email, 'cli'))) return false
      await endChallenges(tx, id)
      return true
    })
    if (!isChanged) throw new CommandError('email_taken', `${typed} belongs to another account.`)
    return { json: { id, email: parsed.email.text }, lines: [`${username} has the address ${parsed.email.text}.`] }
  })
}
