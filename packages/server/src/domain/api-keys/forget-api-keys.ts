import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { ApiKey } from './api-key.ts'
import { deleteApiKeysOf, selectApiKeysOf } from './api-key-store.ts'

/** All keys of an account that are still known, revoked ones too, the oldest first. */
export async function listKnownApiKeys(sql: Queries, accountId: string): Promise<readonly ApiKey[]> {
  return selectApiKeysOf(sql, accountId)
}

/** Forgets the keys of an account that is purged; they were revoked when its deletion was asked for. */
export async function forgetApiKeys(tx: Transaction, accountId: string): Promise<void> {
  await deleteApiKeysOf(tx.sql, accountId)
}
