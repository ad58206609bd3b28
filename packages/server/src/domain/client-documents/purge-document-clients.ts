import type { Transaction } from '../../platform/database/database.ts'
import { forgetUnusedDocumentClients } from '../clients/document-clients.ts'

/** Longer than a request waits for its person, and than a code for its exchange. */
const KEPT_MS = 86_400_000

/** Forgets clients that a document described, a day after it went stale, when nobody ever let them in. */
export function purgeDocumentClients(tx: Transaction, most: number): Promise<number> {
  return forgetUnusedDocumentClients(tx, tx.now - KEPT_MS, most)
}
