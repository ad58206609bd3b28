import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { ApiKey } from './api-key.ts'
import { markUsed } from './api-key-store.ts'

/** A program may exchange its key for every call: its use is written down once a minute. */
const USE_STEP_MS = 60_000

/** Notes that a key gives a token, for whoever asks when it was last used, and from where. */
export async function useApiKey(
  database: Database,
  { id, accountId, clientId, usedAt = Number.NEGATIVE_INFINITY }: ApiKey,
  { now, network }: { readonly now: EpochMilliseconds; readonly network: string },
): Promise<void> {
  const before = now - USE_STEP_MS
  if (usedAt > before) return
  await database.write(async (tx) => {
    // Of several that are exchanged at once, one writes.
    if (!(await markUsed(tx.sql, id, { now, before }))) return
    const actor = accountId === undefined ? (`client:${clientId}` as const) : (`account:${accountId}` as const)
    const entry = { accountId, clientId, sessionId: id, network }
    await recordAuditEvent(tx, { ...entry, act: 'api_key.used', actor, outcome: 'done' })
  })
}
