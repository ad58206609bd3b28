import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { isRevokedWithAll } from '../revocations/moment-after-revocations.ts'
import type { Session } from './session.ts'

/** Whether a session still gives tokens: neither ended nor expired, nor revoked with all of its client's or with everything. */
export async function isSessionLive(sql: Queries, session: Session, now: EpochMilliseconds): Promise<boolean> {
  if (session.endedAt !== undefined || session.expiresAt <= now) return false
  return !(await isRevokedWithAll(sql, { clientId: session.clientId, openedAt: session.createdAt }))
}
