import type { Command } from 'commander'
import type { Account } from '../domain/accounts/account.ts'
import { cancelDeletion } from '../domain/personal-data/cancel-deletion.ts'
import { purgeAccount } from '../domain/personal-data/purge-accounts.ts'
import { countDeletionEffects, requestDeletion } from '../domain/personal-data/request-deletion.ts'
import { requestPurge } from '../domain/personal-data/request-purge.ts'
import type { Installation } from '../installation.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'

interface AccountDeleteOptions {
  readonly json?: boolean
  readonly username: string
  readonly now?: boolean
}

export function accountDeleteCommand(): Command {
  return createCommand(
    'delete',
    'Delete an account when its grace is over; end its sessions and revoke its API keys now. Its person is not told by mail.',
    'ostiary account delete --username ada --now',
  )
    .requiredOption('--username <name>', 'user name or e-mail address')
    .option('--now', 'without grace, also when the account is disabled: nobody can bring it back')
    .action((options: AccountDeleteOptions) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          const account = await getAccountOption(installation, options.username)
          return options.now ? deleteNow(installation, account) : deleteLater(installation, account)
        }),
      ),
    )
}

async function deleteLater({ config, database }: Installation, account: Account): Promise<Report> {
  const graceDays = config.deletionGraceDays
  const requested = await database.write(async (tx) => {
    const effects = await countDeletionEffects(tx.sql, account.id, tx.now)
    const outcome = await requestDeletion(tx, { accountId: account.id, actor: 'cli', graceDays })
    return { effects, outcome }
  })
  const { effects, outcome } = requested
  if (!outcome.ok)
    throw new CommandError(outcome.reason, `${account.username} is to be deleted already, or is gone meanwhile.`)
  const delete_after = new Date(outcome.deleteAfter).toISOString()
  return {
    json: { id: account.id, delete_after, ended_sessions: effects.sessions, revoked_api_keys: effects.apiKeys },
    lines: [
      `${account.username} will be deleted after ${delete_after}. Ended ${effects.sessions} sessions, revoked ${effects.apiKeys} API keys.`,
      'To keep the account: `ostiary account restore`, or its person signs in.',
    ],
  }
}

/** Whether it waited already or not. */
async function deleteNow({ database }: Installation, { id, username }: Account): Promise<Report> {
  await database.write((tx) => requestPurge(tx, { accountId: id, actor: 'cli' }))
  if (!(await purgeAccount(database, id))) throw new CommandError('unknown_account', 'That account is gone already.')
  return { json: { id, deleted: true }, lines: [`${username} is deleted; the name is free.`] }
}

export function accountRestoreCommand(): Command {
  return createCommand(
    'restore',
    'Keep an account that is to be deleted. Sessions and API keys that ended stay ended.',
    'ostiary account restore --username ada',
  )
    .requiredOption('--username <name>', 'user name or e-mail address')
    .action((options: AccountDeleteOptions) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          const { id, username } = await getAccountOption(installation, options.username)
          const isKept = await installation.database.write((tx) => cancelDeletion(tx, { accountId: id, actor: 'cli' }))
          if (!isKept)
            throw new CommandError(
              'not_to_be_deleted',
              `${username} is not to be deleted, or is being deleted already.`,
            )
          return { json: { id, delete_after: null }, lines: [`${username} is kept.`] }
        }),
      ),
    )
}
