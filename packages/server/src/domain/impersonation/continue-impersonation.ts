import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { findMarks, momentAfter } from '../revocations/moment-after-revocations.ts'
import { endSession } from '../sessions/end-session.ts'
import { findSession } from '../sessions/find-session.ts'
import { isSessionLive } from '../sessions/is-session-live.ts'
import type { Session } from '../sessions/session.ts'

export interface OwnImpersonation {
  readonly administratorId: string
  readonly accountId: string
  readonly sessionId: string
}

export interface ContinuedImpersonation {
  readonly session: Session
  /** When a token of it may begin: after whatever was revoked up to a moment. */
  readonly moment: EpochMilliseconds
}

/** Shorter than that no token lives. */
const SHORTEST_REST_MS = 1000

/** Notes that an administrator wants a further token of an impersonation. Absent: it is not theirs, or over. */
export async function continueImpersonation(
  tx: Transaction,
  own: OwnImpersonation,
): Promise<ContinuedImpersonation | undefined> {
  await lockAccount(tx, own.accountId)
  const session = await findOwnImpersonation(tx.sql, own)
  if (session === undefined || !(await isSessionLive(tx.sql, session, tx.now))) return undefined
  const marks = await findMarks(tx.sql, { ...session, sessionId: session.id })
  const moment = momentAfter(marks, Math.max(tx.now, session.createdAt))
  if (session.absoluteEnd - moment < SHORTEST_REST_MS) return undefined
  const { accountId, clientId, id: sessionId, impersonation, audience = null } = session
  await recordAuditEvent(tx, {
    ...{ act: 'impersonation.continued', actor: `admin:${own.administratorId}`, outcome: 'done' },
    ...{ accountId, clientId, sessionId, detail: { reason: impersonation?.reason ?? null, audience } },
  })
  return { session, moment }
}

/** Ends an impersonation before its time: every API refuses its tokens within a second. Absent: there is none of theirs. */
export async function endImpersonation(
  tx: Transaction,
  own: OwnImpersonation,
): Promise<{ readonly sequence: number | undefined } | undefined> {
  const session = await findOwnImpersonation(tx.sql, own)
  if (session === undefined) return undefined
  const { sequence } = await endSession(tx, session, `admin:${own.administratorId}`)
  return { sequence }
}

async function findOwnImpersonation(
  sql: Queries,
  { administratorId, accountId, sessionId }: OwnImpersonation,
): Promise<Session | undefined> {
  const session = await findSession(sql, sessionId)
  const isOwn = session?.accountId === accountId && session.impersonation?.administratorId === administratorId
  return isOwn ? session : undefined
}
