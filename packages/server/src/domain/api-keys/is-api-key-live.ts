import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { findMarks, isRevokedWithAll, type RevocationMarks } from '../revocations/moment-after-revocations.ts'
import type { ApiKey } from './api-key.ts'

/** Whether a key still gives tokens: neither revoked nor expired, nor revoked with all of its client's or with everything. */
export async function isApiKeyLive(sql: Queries, key: ApiKey, now: EpochMilliseconds): Promise<boolean> {
  return isLive(key, await findMarks(sql, { clientId: key.clientId }), now)
}

/** The same, with the marks of its client read already. */
export function isLive(key: ApiKey, marks: RevocationMarks, now: EpochMilliseconds): boolean {
  const { revokedAt, expiresAt = Number.POSITIVE_INFINITY, createdAt } = key
  return revokedAt === undefined && expiresAt > now && !isRevokedWithAll(marks, createdAt)
}
