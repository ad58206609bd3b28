import type { Database } from '../../platform/database/database.ts'
import { recordEnd } from './end-session.ts'
import { markSessionEnded, selectExpiredImpersonations } from './session-store.ts'

/** There are never many. */
const BATCH = 100

/** Notes the end of impersonations whose time is over. Their tokens have expired, so nobody is to be told to refuse them. */
export async function endExpiredImpersonations(database: Database): Promise<void> {
  await database.write(async (tx) => {
    for (const session of await selectExpiredImpersonations(tx.sql, tx.now, BATCH))
      if (await markSessionEnded(tx.sql, session.id, tx.now)) await recordEnd(tx, session, 'system')
  })
}
