import type { Transaction } from '../../platform/database/database.ts'
import { deletePasskeysOf } from './passkey-store.ts'

/** Forgets all passkeys of an account, and what authenticators know it by, when the account goes. */
export async function forgetPasskeys(tx: Transaction, accountId: string): Promise<void> {
  await deletePasskeysOf(tx.sql, accountId)
}
