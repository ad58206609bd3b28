import type { Queries } from '../../platform/database/database.ts'
import type { Account } from './account.ts'
import { findAccount } from './find-account.ts'

/**
 * The account of an id that we gave out ourselves, disabled or not.
 *
 * @throws {Error} when there is none: whoever acts for an account has a session, and a purge ends those first, so that is a bug
 */
export async function getAccount(sql: Queries, id: string): Promise<Account> {
  const account = await findAccount(sql, id)
  if (account === undefined) throw new Error(`There is no account ${JSON.stringify(id)}.`)
  return account
}
