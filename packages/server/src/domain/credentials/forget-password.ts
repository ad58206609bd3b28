import type { Transaction } from '../../platform/database/database.ts'
import { deletePassword } from './password-store.ts'

/** Forgets the password of an account that is purged. */
export async function forgetPassword(tx: Transaction, accountId: string): Promise<void> {
  await deletePassword(tx.sql, accountId)
}
