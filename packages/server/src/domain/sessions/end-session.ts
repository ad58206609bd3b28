import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { leaveLogoutNotices } from '../logout-notices/leave-logout-notices.ts'
import { forgetTime } from '../revocations/forget-time.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import type { Session } from './session.ts'
import { markSessionEnded, selectChildren } from './session-store.ts'

export interface EndedSessions {
  /** How many were ended by this call: those that had ended before don't count. */
  readonly count: number
  /** The feed's number by which every guard refuses their tokens; undefined when none was ended. */
  readonly sequence: number | undefined
}

/** Ends sessions for good, and revokes every token that they gave. Ending one again changes nothing and is no error. */
export async function endSessions(tx: Transaction, sessions: readonly Session[], actor: Actor): Promise<EndedSessions> {
  const ended: Session[] = []
  for (const session of await withChildren(tx, sessions))
    if (await markSessionEnded(tx.sql, session.id, tx.now)) ended.push(session)
  for (const session of ended) await recordEnd(tx, session, actor)
  if (ended.length === 0) return { count: 0, sequence: undefined }
  await leaveLogoutNotices(tx, ended)
  const forgetAt = await forgetTime(tx.sql, tx.now)
  const sequence = await recordRevocations(
    tx,
    ended.map(({ id }) => ({ kind: 's', identifier: id, forgetAt })),
  )
  return { count: ended.length, sequence }
}

/** Whoever reads of an impersonation that began reads of its end as well. */
export async function recordEnd(
  tx: Transaction,
  { accountId, clientId, id: sessionId, impersonation }: Session,
  actor: Actor,
): Promise<void> {
  const entry = { actor, outcome: 'done', accountId, clientId, sessionId } as const
  await recordAuditEvent(tx, { ...entry, act: 'session.ended' })
  if (impersonation === undefined) return
  const detail = { reason: impersonation.reason, administrator: impersonation.administratorId }
  await recordAuditEvent(tx, { ...entry, act: 'impersonation.ended', detail })
}

/** A browser's session takes those with it that came from it, also one that is being opened: it is waited for. */
async function withChildren(tx: Transaction, sessions: readonly Session[]): Promise<readonly Session[]> {
  const browsers = sessions.filter(({ audience }) => audience === undefined)
  // In one order, so that no two wait for each other.
  const accountIds = [...new Set(browsers.map((browser) => browser.accountId))].sort()
  for (const accountId of accountIds) await lockAccount(tx, accountId)
  const children = await Promise.all(browsers.map(({ id }) => selectChildren(tx.sql, id)))
  const known = new Set(sessions.map(({ id }) => id))
  return [...sessions, ...children.flat().filter(({ id }) => !known.has(id))]
}

/** Ends one session. */
export async function endSession(tx: Transaction, session: Session, actor: Actor): Promise<EndedSessions> {
  return endSessions(tx, [session], actor)
}
