import type { Queries } from '../../platform/database/database.ts'
import type { Account } from './account.ts'
import { selectAccount } from './account-store.ts'

/** The account of this id, disabled or not. Absent: there is none. */
export async function findAccount(sql: Queries, id: string): Promise<Account | undefined> {
  return selectAccount(sql, id)
}
