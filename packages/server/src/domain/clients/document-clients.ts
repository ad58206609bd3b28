import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { Client } from './client.ts'
import { deleteUnusedDocumentClients, markDocumentAgreed, upsertDocumentClient } from './client-store.ts'

/** Stores a client that a document describes, over what an older reading of the document said. */
export async function putDocumentClient(tx: Transaction, client: Client): Promise<void> {
  await upsertDocumentClient(tx.sql, client)
}

/** Keeps a client for good, since a person lets it in. One that is registered is kept anyway. */
export async function keepDocumentClient(tx: Transaction, clientId: string): Promise<void> {
  if (clientId.startsWith('https://')) await markDocumentAgreed(tx.sql, clientId, tx.now)
}

/** Forgets those whose documents went stale before that moment, and which nobody ever let in. */
export async function forgetUnusedDocumentClients(tx: Transaction, staleBefore: EpochMilliseconds): Promise<void> {
  await deleteUnusedDocumentClients(tx.sql, staleBefore)
}
