import type { Queries } from '../../platform/database/database.ts'
import { findMarks, isRevokedWithAll, type RevocationMarks } from '../revocations/moment-after-revocations.ts'
import type { Session } from './session.ts'

/**
 * The same sessions; one that was revoked with all of its client's, or with everything, has `endedAt`, although its row says nothing of it. It is the last
 * such moment, since earlier ones are not kept.
 */
export async function withEnds(sql: Queries, sessions: readonly Session[]): Promise<Session[]> {
  const marksOf = new Map<string, RevocationMarks>()
  for (const { clientId } of sessions)
    if (!marksOf.has(clientId)) marksOf.set(clientId, await findMarks(sql, { clientId }))
  return sessions.map((session) => {
    const marks = marksOf.get(session.clientId) ?? {}
    if (session.endedAt !== undefined || !isRevokedWithAll(marks, session.createdAt)) return session
    return { ...session, endedAt: Math.max(marks.a ?? 0, marks.c ?? 0) }
  })
}
