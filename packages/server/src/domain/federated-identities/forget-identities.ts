import type { Transaction } from '../../platform/database/database.ts'
import { deleteIdentitiesOf } from './federated-identity-store.ts'

/** Forgets where the person of an account that is purged had other accounts: each may be connected with another one then. */
export async function forgetIdentities(tx: Transaction, accountId: string): Promise<void> {
  await deleteIdentitiesOf(tx.sql, accountId)
}
