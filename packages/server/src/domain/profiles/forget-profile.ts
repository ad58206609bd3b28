import type { Transaction } from '../../platform/database/database.ts'
import { deleteProfile } from './profile-store.ts'

/** Forgets what is known of the person of an account that is purged. */
export async function forgetProfile(tx: Transaction, accountId: string): Promise<void> {
  await deleteProfile(tx.sql, accountId)
}
