import type { Account } from '../domain/accounts/account.ts'
import { findAccountByLoginName } from '../domain/accounts/find-account-by-login-name.ts'
import type { Installation } from '../installation.ts'
import { CommandError } from './command.ts'

/** The account that an option names. @throws CommandError `unknown_account` */
export async function getAccountOption(installation: Installation, username: string): Promise<Account> {
  const account = await findAccountByLoginName(installation.database.read, username)
  if (account) return account
  throw new CommandError(
    'unknown_account',
    'There is no account of that name. Create it with `ostiary account create`.',
  )
}
