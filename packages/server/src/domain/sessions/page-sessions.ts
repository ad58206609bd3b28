import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { LOGIN_CLIENT_ID } from '../clients/login-client.ts'
import { findMarks } from '../revocations/moment-after-revocations.ts'
import type { Session } from './session.ts'
import { type SessionPage, selectSessionPage } from './session-store.ts'
import { withEnds } from './with-ends.ts'

/** Which sessions, and which of them. */
export type WantedSessions = Pick<SessionPage, 'accountId' | 'clientId' | 'liveAt' | 'after' | 'most'>

/**
 * Some of the sessions that match, the latest first. What was revoked with all of its client's, or with everything, has ended, although no row of it says so:
 * it is not live, and `endedAt` says when.
 */
export async function pageSessions(sql: Queries, wanted: WantedSessions): Promise<Session[]> {
  if (wanted.liveAt === undefined) return await withEnds(sql, await selectSessionPage(sql, wanted))
  return await pageLiveSessions(sql, wanted)
}

/** A statement can leave out only so many. */
const MOST_LEFT_OUT = 100

async function pageLiveSessions(sql: Queries, { after, most, ...wanted }: WantedSessions): Promise<Session[]> {
  const { a: openedAfter } = await findMarks(sql, { clientId: LOGIN_CLIENT_ID })
  const revokedUpTo = new Map<string, EpochMilliseconds>()
  const live: Session[] = []
  let from = after
  for (;;) {
    const page = { ...wanted, openedAfter, revokedUpTo, after: from, most: most - live.length }
    const found = await withEnds(sql, await selectSessionPage(sql, page))
    // A client that was revoked may have any number of them: the next statement passes over all.
    for (const { clientId, endedAt } of found)
      if (endedAt !== undefined && revokedUpTo.size < MOST_LEFT_OUT) revokedUpTo.set(clientId, endedAt)
    live.push(...found.filter(({ endedAt }) => endedAt === undefined))
    if (found.length < page.most || live.length === most) return live
    from = found.at(-1)
  }
}
