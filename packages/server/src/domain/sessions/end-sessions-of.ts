import type { Database } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { endSessions } from './end-session.ts'
import { type SessionsOf, selectOpenSessionsOf } from './session-store.ts'

/** So many a transaction: every other revocation waits for it. */
const SESSIONS_A_STEP = 200

/**
 * Ends all sessions of a client, or for an API, in steps, each durable by itself. They are looked for outside of the transactions, since there may be
 * a million others. Returns how many this call ended.
 */
export async function endSessionsOf(database: Database, of: SessionsOf, actor: Actor): Promise<number> {
  let count = 0
  let afterId = ''
  for (;;) {
    const some = await selectOpenSessionsOf(database.read, of, { afterId, most: SESSIONS_A_STEP })
    if (some.length > 0) count += (await database.write((tx) => endSessions(tx, some, actor))).count
    if (some.length < SESSIONS_A_STEP) return count
    afterId = some.at(-1)?.id ?? afterId
  }
}
