import { timingSafeEqual } from 'node:crypto'
import type { Queries } from '../../platform/database/database.ts'
import type { ApiKey } from './api-key.ts'
import { selectApiKey } from './api-key-store.ts'
import type { PresentedKey } from './api-key-text.ts'

/** A key by its id, revoked or not; absent when there is none, or none any more. */
export async function findApiKey(sql: Queries, id: string): Promise<ApiKey | undefined> {
  return (await selectApiKey(sql, id))?.key
}

/** The key whose secret was presented, revoked or not; absent when there is none. */
export async function findPresentedKey(sql: Queries, presented: PresentedKey): Promise<ApiKey | undefined> {
  const found = await selectApiKey(sql, presented.id)
  if (!found) return undefined
  return timingSafeEqual(Buffer.from(found.secretHash), Buffer.from(presented.secretHash)) ? found.key : undefined
}
