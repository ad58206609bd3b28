import type { Database, Queries } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import type { Client } from '../clients/client.ts'
import { isBuiltInClient } from '../clients/console-client.ts'
import { endClient } from '../clients/end-client.ts'
import { distrustSubjectsOf } from '../trusted-issuers/distrust-issuer.ts'
import { recordUpToNow, revokeUpToNow } from './revoke-up-to-now.ts'
import { type ClearedAway, clearAwayClient } from './settle-deletions.ts'

export type DeletedClient =
  | {
      readonly ok: true
      readonly client: Client
      readonly cleared: ClearedAway
      /** The feed's number by which every guard refuses its tokens. */
      readonly sequence: number
    }
  | { readonly ok: false; readonly reason: 'unknown_client' | 'built_in_client' }

/**
 * Deletes a client. In one transaction it is gone and every token of it is refused; then its sessions end, its API keys are revoked and what people
 * allowed it is forgotten, step by step. A server finishes what was left by whoever is killed in between.
 *
 * @param check as in `changeClient`
 */
export async function deleteClient(
  database: Database,
  id: string,
  actor: Actor,
  check?: (sql: Queries) => Promise<void>,
): Promise<DeletedClient> {
  if (isBuiltInClient(id)) return { ok: false, reason: 'built_in_client' }
  const concerned = { kind: 'c', identifier: id } as const
  const ended = await revokeUpToNow(database, { concerned, actor }, async (tx) => {
    const client = await endClient(tx, id, actor, check)
    if (!client) return undefined
    await distrustSubjectsOf(tx, id, actor)
    return { client, sequence: await recordUpToNow(tx, concerned) }
  })
  if (!ended) return { ok: false, reason: 'unknown_client' }
  return { ok: true, ...ended, cleared: await clearAwayClient(database, id, actor) }
}
