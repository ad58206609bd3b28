import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { Client } from './client.ts'
import { deleteUnusedDocumentClients, upsertDocumentClient } from './client-store.ts'

/** Stores a client that a document describes, over what an older reading of the document said. */
export async function putDocumentClient(tx: Transaction, client: Client): Promise<void> {
  await upsertDocumentClient(tx.sql, client)
}

/** Forgets those whose documents went stale before that moment, and which nobody ever let in. */
export function forgetUnusedDocumentClients(
  tx: Transaction,
  staleBefore: EpochMilliseconds,
  most: number,
): Promise<number> {
  return deleteUnusedDocumentClients(tx.sql, staleBefore, most)
}
