import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { AuditEvent, AuditedAct } from './audit-event.ts'
import { selectEventsOf } from './audit-store.ts'

/** Which of an account's events. */
export interface OwnEvents {
  /** Absent: from the latest on. */
  readonly before?: { readonly at: EpochMilliseconds; readonly id: string } | undefined
  /** Absent: of any. */
  readonly acts?: readonly AuditedAct[] | undefined
  readonly most: number
}

/**
 * What happened to one account, the latest first, as it may be told to the account's person: not who acted as them, nor the network of somebody else
 * who did it. Pages go on with what stands `before` the last one of the page.
 */
export async function listOwnEvents(sql: Queries, accountId: string, which: OwnEvents): Promise<readonly AuditEvent[]> {
  const events = await selectEventsOf(sql, accountId, which)
  return events.map(({ detail: { administrator: _, ...detail }, network, ...event }) => ({
    ...event,
    detail,
    network: isByPerson(event, accountId) ? network : undefined,
  }))
}

/** `anonymous` is whoever tried to be them: from where is just what they should see. */
function isByPerson({ actor }: Pick<AuditEvent, 'actor'>, accountId: string): boolean {
  return actor === 'anonymous' || actor === `account:${accountId}`
}
