import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { findMarks, isRevokedWithAll, type RevocationMarks } from '../revocations/moment-after-revocations.ts'
import type { Session } from './session.ts'

/** Whether a session still gives tokens: neither ended nor expired, nor revoked with all of its client's or with everything. */
export async function isSessionLive(sql: Queries, session: Session, now: EpochMilliseconds): Promise<boolean> {
  return (
    isOpen(session, now) && !isRevokedWithAll(await findMarks(sql, { clientId: session.clientId }), session.createdAt)
  )
}

/** The same, with the marks of its client read already. */
export function isLive(session: Session, marks: RevocationMarks, now: EpochMilliseconds): boolean {
  return isOpen(session, now) && !isRevokedWithAll(marks, session.createdAt)
}

function isOpen({ endedAt, expiresAt }: Session, now: EpochMilliseconds): boolean {
  return endedAt === undefined && expiresAt > now
}
