import type { Transaction } from '../../platform/database/database.ts'
import { deleteTotp } from './totp-store.ts'

/** Forgets the app of an account that is purged. */
export async function forgetTotp(tx: Transaction, accountId: string): Promise<void> {
  await deleteTotp(tx.sql, accountId)
}
