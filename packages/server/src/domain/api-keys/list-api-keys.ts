import type { Queries } from '../../platform/database/database.ts'
import { findMarks, isRevokedWithAll } from '../revocations/moment-after-revocations.ts'
import type { ApiKey } from './api-key.ts'
import { type ApiKeyOwner, selectOpenApiKeys } from './api-key-store.ts'

export type { ApiKeyOwner }

/** The keys that nobody revoked, the oldest first. One that has expired stands there for a month, so that its owner sees why it is refused. */
export async function listApiKeys(sql: Queries, owner: ApiKeyOwner): Promise<readonly ApiKey[]> {
  const keys = await selectOpenApiKeys(sql, owner)
  const clientIds = [...new Set(keys.map(({ clientId }) => clientId))]
  const marks = new Map(
    await Promise.all(clientIds.map(async (clientId) => [clientId, await findMarks(sql, { clientId })] as const)),
  )
  return keys.filter(({ clientId, createdAt }) => !isRevokedWithAll(marks.get(clientId) ?? {}, createdAt))
}
