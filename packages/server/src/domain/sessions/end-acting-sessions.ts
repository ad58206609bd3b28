import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { type EndedSessions, endSessions } from './end-session.ts'
import { selectActingSessions } from './session-store.ts'

/** Ends the sessions of apps that act for an organization: those of one account, or all. */
export async function endActingSessions(
  tx: Transaction,
  whose: { readonly organizationId: string; readonly accountId?: string | undefined },
  actor: Actor,
): Promise<EndedSessions> {
  return endSessions(tx, await selectActingSessions(tx.sql, whose), actor)
}
