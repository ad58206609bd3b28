import type { Transaction } from '../../platform/database/database.ts'
import { markAgreed } from './client-store.ts'

/** Keeps a client for good, since a person lets it in. One that an operator registered is kept anyway. */
export async function keepClient(tx: Transaction, clientId: string): Promise<void> {
  await markAgreed(tx.sql, clientId, tx.now)
}
