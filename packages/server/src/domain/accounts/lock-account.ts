import type { Transaction } from '../../platform/database/database.ts'
import { lockRow } from './account-store.ts'

/**
 * Has whoever opens a session of an account, and whoever disables it or changes its password, take turns: else each could read what was
 * before the other, and a session would live on that was meant to end. Called before anything of the account is read.
 */
export async function lockAccount(tx: Transaction, accountId: string): Promise<void> {
  await lockRow(tx.sql, accountId)
}
