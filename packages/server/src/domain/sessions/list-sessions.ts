import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { isSessionLive } from './is-session-live.ts'
import type { Session } from './session.ts'
import { selectOpenSessions } from './session-store.ts'

/** The live sessions of an account, the oldest first. */
export async function listSessions(sql: Queries, accountId: string, now: EpochMilliseconds): Promise<Session[]> {
  const open = await selectOpenSessions(sql, accountId)
  const live: Session[] = []
  for (const session of open) if (await isSessionLive(sql, session, now)) live.push(session)
  return live.sort((one, other) => one.createdAt - other.createdAt)
}
