import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { LOGIN_CLIENT_ID } from '../clients/login-client.ts'
import { findMarks } from '../revocations/moment-after-revocations.ts'
import { countOpenSessions, selectExpiryAfter } from './session-store.ts'

/** So many at once: on SQLite a query holds up whatever else this process does. */
const SESSIONS_A_STEP = 10_000

/**
 * How many sessions have neither ended nor expired, nor were revoked with everything. Those that were revoked with all of one client's are among them
 * until they expire. It reads an index alone, in pieces.
 */
export async function countLiveSessions(
  sql: Queries,
  now: EpochMilliseconds,
  step: number = SESSIONS_A_STEP,
): Promise<number> {
  const { a: openedAfter = -1 } = await findMarks(sql, { clientId: LOGIN_CLIENT_ID })
  let count = 0
  let after = now
  for (;;) {
    const upTo = await selectExpiryAfter(sql, after, step)
    count += await countOpenSessions(sql, { after, upTo, openedAfter })
    if (upTo === undefined) return count
    after = upTo
    await new Promise((resolve) => setImmediate(resolve))
  }
}
