import type { Command } from 'commander'
import { getAccount } from '../domain/accounts/get-account.ts'
import { parseProfileChange, settableClaims } from '../domain/profiles/parse-profile-change.ts'
import { updateProfile } from '../domain/profiles/update-profile.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'

interface AccountUpdateOptions {
  readonly json?: boolean
  readonly username: string
  readonly claim: readonly string[]
}

export function accountUpdateCommand(): Command {
  return createCommand(
    'update',
    'Set what apps may learn of a person: the standard claims of OpenID Connect.',
    'ostiary account update --username ada --claim given_name=Ada --claim address=\'{"locality":"London"}\' --claim nickname=',
  )
    .requiredOption('--username <name>', 'user name or e-mail address')
    .requiredOption(
      '--claim <name=value...>',
      `one of ${settableClaims.join(', ')}; removed with nothing after the sign; may be repeated`,
    )
    .action((options: AccountUpdateOptions) => runCommand(options, () => updateFromOptions(options)))
}

async function updateFromOptions({ username, claim }: AccountUpdateOptions): Promise<Report> {
  const parsed = parseProfileChange(claim)
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return withInstallation(async (installation) => {
    const account = await getAccountOption(installation, username)
    if (parsed.change.email_verified === true && account.email === undefined) {
      throw new CommandError('invalid_option', `${account.username} has no e-mail address that could be verified.`, 2)
    }
    const { claims, after } = await installation.database.write(async (tx) => ({
      claims: await updateProfile(tx, account, parsed.change, 'cli'),
      after: await getAccount(tx.sql, account.id),
    }))
    const isVerified = after.emailVerifiedAt !== undefined
    return {
      json: { id: account.id, claims: { ...claims, ...(account.email && { email_verified: isVerified }) } },
      lines: [`${account.username} is known by ${Object.keys(claims).join(', ') || 'no claim'}.`],
    }
  })
}
