import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { findMarks, isRevokedWithAll, momentAfter } from '../revocations/moment-after-revocations.ts'
import type { Session } from './session.ts'

/**
 * The moment at which the first access token of a session begins, asked once the session is durable. What was revoked since then together
 * with the session concerns the token too, so it begins before; anything else it begins after.
 */
export async function momentForSession(sql: Queries, session: Session): Promise<EpochMilliseconds> {
  const marks = await findMarks(sql, { ...session, sessionId: session.id })
  return isRevokedWithAll(marks, session.createdAt) ? session.createdAt : momentAfter(marks, session.createdAt)
}
