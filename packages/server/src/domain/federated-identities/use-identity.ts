import type { Transaction } from '../../platform/database/database.ts'
import type { FederatedIdentity } from './federated-identity.ts'
import { updateLastUse } from './federated-identity-store.ts'

/** Notes that somebody logged in with an identity. */
export async function useIdentity(tx: Transaction, identity: FederatedIdentity): Promise<void> {
  await updateLastUse(tx.sql, identity, tx.now)
}
