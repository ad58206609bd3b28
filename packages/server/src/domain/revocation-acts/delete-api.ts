import type { Database } from '../../platform/database/database.ts'
import type { Api } from '../apis/api.ts'
import { isBuiltInApi } from '../apis/built-in-api.ts'
import { endApi } from '../apis/end-api.ts'
import type { Actor } from '../audit/audit-event.ts'
import { getFeedSequence } from '../revocations/get-feed-sequence.ts'
import { dropPermissions } from '../roles/change-role-permissions.ts'
import { type ClearedAway, clearAwayApi } from './settle-deletions.ts'

export type DeletedApi =
  | {
      readonly ok: true
      readonly api: Api
      readonly cleared: ClearedAway
      /** The feed's number by which every guard refuses the tokens of its sessions and keys. */
      readonly sequence: number
    }
  | { readonly ok: false; readonly reason: 'unknown_audience' | 'built_in_api' }

/**
 * Deletes an API. In one transaction it is gone, and with it what roles permit there: nobody gets a token for it any more. Then the sessions for it end
 * and its API keys are revoked, step by step, so that its guards refuse their tokens within a second. The tokens that came from neither, which
 * clients got for themselves, run out with the lifetime that the API gave: the feed knows sessions, keys, accounts and clients, and no
 * audiences. Who can't wait revokes the client.
 *
 * @param check as in `changeApi`
 */
export async function deleteApi(
  database: Database,
  audience: string,
  actor: Actor,
  check?: (before: Api) => void,
): Promise<DeletedApi> {
  if (isBuiltInApi(audience)) return { ok: false, reason: 'built_in_api' }
  const api = await database.write(async (tx) => {
    const ended = await endApi(tx, audience, actor, check)
    if (ended)
      await dropPermissions(
        tx,
        audience,
        ended.permissions.map(({ name }) => name),
      )
    return ended
  })
  if (!api) return { ok: false, reason: 'unknown_audience' }
  const cleared = await clearAwayApi(database, audience, actor)
  return { ok: true, api, cleared, sequence: await getFeedSequence(database.read) }
}
