import type { Command } from 'commander'
import type { Account } from '../domain/accounts/account.ts'
import { createAccount } from '../domain/accounts/create-account.ts'
import { disableAccount } from '../domain/accounts/disable-account.ts'
import { enableAccount } from '../domain/accounts/enable-account.ts'
import { listAccounts } from '../domain/accounts/list-accounts.ts'
import { parseEmail } from '../domain/accounts/parse-email.ts'
import { parseUsername } from '../domain/accounts/parse-username.ts'
import { revokeKeysOfAccount } from '../domain/api-keys/revoke-api-key.ts'
import { setPassword } from '../domain/credentials/set-password.ts'
import { endChallenges } from '../domain/email-challenges/end-challenges.ts'
import { asksForSecondFactor } from '../domain/login/list-factors.ts'
import { revoke } from '../domain/revocation-acts/revoke.ts'
import { logOutEverywhere } from '../domain/sessions/log-out-everywhere.ts'
import type { Installation } from '../installation.ts'
import { accountDeleteCommand, accountRestoreCommand } from './account-delete.ts'
import { accountEmailCommand } from './account-email.ts'
import { accountInviteCommand } from './account-invite.ts'
import { accountResetFactorsCommand } from './account-reset-factors.ts'
import { accountUpdateCommand } from './account-update.ts'
import { choosePassword, type PasswordOptions } from './choose-password.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { describeRefusedCreation } from './describe-refused-creation.ts'
import { getAccountOption } from './get-account-option.ts'
import { parseLimitOption } from './parse-limit-option.ts'
import { createWaitingCommand, parseWaitOption, type RevokeOptions, reportRevocation } from './revoke.ts'
import { parseRoleOption } from './role.ts'

export function accountCommand(): Command {
  return createGroup('account', 'Accounts of people.', [
    accountListCommand(),
    accountCreateCommand(),
    accountInviteCommand(),
    accountUpdateCommand(),
    accountEmailCommand(),
    accountResetFactorsCommand(),
    accountPasswordCommand(),
    accountDisableCommand(),
    accountEnableCommand(),
    accountDeleteCommand(),
    accountRestoreCommand(),
    accountLogOutCommand(),
  ])
}

function accountListCommand(): Command {
  return createCommand('list', 'List accounts, the newest first.', 'ostiary account list --limit 20')
    .option('--limit <count>', 'how many at most', '100')
    .action((options: { readonly json?: boolean; readonly limit: string }) =>
      runCommand(options, () => {
        const limit = parseLimitOption(options.limit)
        return withInstallation(async ({ database }) => {
          const accounts = await listAccounts(database.read, limit)
          return {
            json: { accounts: accounts.map(toJson) },
            lines: accounts.length === 0 ? ['There is no account.'] : accounts.map(toLine),
          }
        })
      }),
    )
}

function toLine({ id, username, email, roles, disabledBy, deleteAfter }: Account): string {
  const state = { operator: 'disabled', owner: 'locked by its owner' }
  const states = [disabledBy && state[disabledBy], deleteAfter === undefined ? '' : 'to be deleted']
  return [id, username, email, roles.join(','), ...states].filter(Boolean).join('  ')
}

function toJson(account: Account): object {
  const { id, username, email, emailVerifiedAt, roles, createdAt, disabledAt, disabledBy, deleteAfter } = account
  return {
    ...{ id, username, email: email ?? null, email_verified: emailVerifiedAt !== undefined, roles },
    created_at: new Date(createdAt).toISOString(),
    ...{ disabled: disabledAt !== undefined, disabled_by: disabledBy ?? null },
    delete_after: deleteAfter === undefined ? null : new Date(deleteAfter).toISOString(),
  }
}

interface AccountCreateOptions extends PasswordOptions {
  readonly json?: boolean
  readonly username: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly role?: readonly string[]
}

function accountCreateCommand(): Command {
  const command = createCommand(
    'create',
    'Create an account. Without a password option the password is asked for.',
    'ostiary account create --username ada --email ada@example.com --generate-password',
  )
    .requiredOption('--username <name>', 'what the person logs in with')
    .option('--email <address>', 'may be used to log in as well')
    .option('--email-verified', 'the address is known to be theirs')
    .option('--role <role...>', 'a declared role of the account; may be repeated')
  return withPasswordOptions(command)
    .option(
      '--password-hash <hash>',
      'take over the hash that another system has, as it writes it: Argon2, bcrypt, scrypt, PBKDF2, PHPass, {SSHA} …',
    )
    .action((options: AccountCreateOptions) =>
      runCommand(options, () => withInstallation((installation) => createFromOptions(installation, options))),
    )
}

function withPasswordOptions(command: Command): Command {
  return command
    .option('--password-stdin', 'read the password from the first line of standard input')
    .option('--generate-password', 'make a password and print it once')
}

async function createFromOptions(installation: Installation, options: AccountCreateOptions): Promise<Report> {
  const username = parseUsername(options.username)
  if (!username.ok) throw new CommandError('invalid_option', username.sentence, 2)
  const email = options.email === undefined ? undefined : parseEmail(options.email)
  if (email?.ok === false) throw new CommandError('invalid_option', email.sentence, 2)
  const roles = (options.role ?? []).map(parseRoleOption)
  const { hash, generated } = await choosePassword(installation, options, {
    username: options.username,
    email: options.email,
  })
  const created = await installation.database.write(async (tx) => {
    const outcome = await createAccount(tx, {
      username: username.username,
      email: email?.email,
      isEmailVerified: options.emailVerified,
      roles,
      actor: 'cli',
    })
    if (outcome.ok) await setPassword(tx, outcome.account.id, hash, 'cli')
    return outcome
  })
  if (!created.ok) throw new CommandError(created.reason, await describeRefusedCreation(installation, created))
  const { account } = created
  return {
    json: {
      id: account.id,
      username: account.username,
      ...(account.email !== undefined && {
        email: account.email,
        email_verified: account.emailVerifiedAt !== undefined,
      }),
      roles: account.roles,
      ...(generated !== undefined && { password: generated }),
    },
    lines: [
      `Created the account ${account.username} (${account.id}).`,
      ...(generated === undefined ? [] : [`Its password, shown only now: ${generated}`]),
    ],
  }
}

interface AccountOptions extends PasswordOptions {
  readonly json?: boolean
  readonly username: string
}

function accountPasswordCommand(): Command {
  const command = createCommand(
    'password',
    'Give an account a new password and end its sessions.',
    'ostiary account password --username ada --generate-password',
  ).requiredOption('--username <name>', 'user name or e-mail address')
  return withPasswordOptions(command).action((options: AccountOptions) =>
    runCommand(options, () =>
      withInstallation(async (installation) => {
        const account = await getAccountOption(installation, options.username)
        const hasSecondFactor = await asksForSecondFactor(installation.database.read, account.id)
        const { hash, generated } = await choosePassword(installation, options, { ...account, hasSecondFactor })
        const ended = await installation.database.write(async (tx) => {
          await setPassword(tx, account.id, hash, 'cli')
          await endChallenges(tx, account.id)
          return (await logOutEverywhere(tx, account.id, 'cli')).count
        })
        return {
          json: { id: account.id, ended_sessions: ended, ...(generated !== undefined && { password: generated }) },
          lines: [
            `${account.username} has a new password; ${ended} of its sessions ended.`,
            ...(generated === undefined ? [] : [`The password, shown only now: ${generated}`]),
          ],
        }
      }),
    ),
  )
}

function accountDisableCommand(): Command {
  return createCommand(
    'disable',
    'Disable an account, end its sessions and revoke its API keys.',
    'ostiary account disable --username ada',
  )
    .requiredOption('--username <name>', 'user name or e-mail address')
    .action((options: AccountOptions) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          const account = await getAccountOption(installation, options.username)
          const ended = await installation.database.write(async (tx) => {
            await disableAccount(tx, account.id, 'cli')
            await revokeKeysOfAccount(tx, account.id, 'cli')
            return (await logOutEverywhere(tx, account.id, 'cli')).count
          })
          return {
            json: { id: account.id, disabled: true, ended_sessions: ended },
            lines: [`${account.username} is disabled; ${ended} of its sessions ended.`],
          }
        }),
      ),
    )
}

function accountEnableCommand(): Command {
  return createCommand(
    'enable',
    'Let an account log in again, whether an operator disabled it or its owner locked it.',
    'ostiary account enable --username ada',
  )
    .alias('unlock')
    .requiredOption('--username <name>', 'user name or e-mail address')
    .action((options: AccountOptions) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          const account = await getAccountOption(installation, options.username)
          await installation.database.write((tx) => enableAccount(tx, account.id, 'cli'))
          return { json: { id: account.id, disabled: false }, lines: [`${account.username} may log in.`] }
        }),
      ),
    )
}

function accountLogOutCommand(): Command {
  return createWaitingCommand(
    'log-out',
    'Log an account out everywhere: every API refuses its tokens within a second.',
    'ostiary account log-out --username ada --wait 2s',
  )
    .requiredOption('--username <name>', 'user name or e-mail address')
    .action((options: RevokeOptions & AccountOptions) =>
      runCommand(options, () => {
        const wait = parseWaitOption(options.wait)
        return withInstallation(async (installation) => {
          const account = await getAccountOption(installation, options.username)
          const deps = { ...installation, issuer: installation.config.issuer }
          const outcome = await revoke(deps, { kind: 'account', id: account.id }, 'cli')
          if (!outcome.ok) throw new CommandError(outcome.reason, 'That account was removed meanwhile.')
          const sentence = `${account.username} is logged out everywhere.`
          return reportRevocation(installation, outcome.sequence, wait, sentence)
        })
      }),
    )
}
