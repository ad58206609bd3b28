import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { AuditEvent, SealedEvent } from './audit-event.ts'
import { selectEventPage } from './audit-store.ts'

/** Which events; what is absent is not asked for. */
export interface AuditSearch {
  readonly accountId?: string | undefined
  readonly act?: string | undefined
  readonly actor?: string | undefined
  readonly outcome?: AuditEvent['outcome'] | undefined
  /** At this moment or later. */
  readonly from?: EpochMilliseconds | undefined
  /** Before this moment. */
  readonly to?: EpochMilliseconds | undefined
  /** The id of an event, or of a request. */
  readonly id?: string | undefined
}

export interface AuditPage extends AuditSearch {
  readonly order: 'earliest' | 'latest'
  /** Goes on behind it. */
  readonly after?: { readonly at: EpochMilliseconds; readonly id: string } | undefined
  readonly most: number
}

/** A page of the events that match, in the order of their times. */
export async function pageAuditEvents(sql: Queries, page: AuditPage): Promise<readonly SealedEvent[]> {
  return selectEventPage(sql, page)
}

/** Every event that matches, the earliest first, a page in memory at a time. */
export async function* streamAuditEvents(sql: Queries, search: AuditSearch): AsyncGenerator<readonly SealedEvent[]> {
  let after: AuditPage['after']
  for (;;) {
    const page = await selectEventPage(sql, { ...search, order: 'earliest', after, most: PAGE })
    if (page.length > 0) yield page
    if (page.length < PAGE) return
    after = page.at(-1)
  }
}

const PAGE = 1000
