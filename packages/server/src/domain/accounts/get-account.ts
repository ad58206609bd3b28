import type { Queries } from '../../platform/database/database.ts'
import type { Account } from './account.ts'
import { selectAccount } from './account-store.ts'

/** The account of this id, disabled or not, if there is one. */
export async function findAccount(sql: Queries, id: string): Promise<Account | undefined> {
  return selectAccount(sql, id)
}

/** The account of an id that we gave out ourselves, disabled or not. Throws when there is none: accounts are never deleted. */
export async function getAccount(sql: Queries, id: string): Promise<Account> {
  const account = await selectAccount(sql, id)
  if (account === undefined) throw new Error(`There is no account ${JSON.stringify(id)}.`)
  return account
}
