import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { revokeApiKeysOf } from '../api-keys/revoke-api-key.ts'
import { forgetApi, listEndedApis } from '../apis/end-api.ts'
import type { Actor } from '../audit/audit-event.ts'
import { forgetClient, listEndedClients } from '../clients/end-client.ts'
import { forgetConsentsFor } from '../consents/consents.ts'
import { endSessionsOf } from '../sessions/end-sessions-of.ts'

/** A transaction that found the client or the API still there is over by then, and what it made is cleared away with the rest. */
const SETTLED_AFTER_MS = 60_000

/** How much of it ended by a call. */
export interface ClearedAway {
  readonly sessions: number
  readonly apiKeys: number
}

/** Ends what a client that has ended left behind. */
export async function clearAwayClient(database: Database, clientId: string, actor: Actor): Promise<ClearedAway> {
  const sessions = await endSessionsOf(database, { clientId }, actor)
  const apiKeys = await revokeApiKeysOf(database, { clientId }, actor)
  await forgetConsentsFor(database, { clientId })
  return { sessions, apiKeys }
}

/** Ends what an API that has ended left behind. */
export async function clearAwayApi(database: Database, audience: string, actor: Actor): Promise<ClearedAway> {
  const sessions = await endSessionsOf(database, { audience }, actor)
  const apiKeys = await revokeApiKeysOf(database, { audience }, actor)
  await forgetConsentsFor(database, { audience })
  return { sessions, apiKeys }
}

/**
 * Finishes what deletions have left, of whoever was killed or slower. A client or an API is forgotten, and its audience free again, when a whole round
 * has found what began before its end.
 */
export async function settleDeletions(database: Database, now: EpochMilliseconds): Promise<void> {
  for (const { id, endedAt } of await listEndedClients(database.read)) {
    await clearAwayClient(database, id, 'system')
    if (now - endedAt >= SETTLED_AFTER_MS) await database.write((tx) => forgetClient(tx, id))
  }
  for (const { audience, endedAt } of await listEndedApis(database.read)) {
    await clearAwayApi(database, audience, 'system')
    if (now - endedAt >= SETTLED_AFTER_MS) await database.write((tx) => forgetApi(tx, audience))
  }
}
