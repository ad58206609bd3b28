import type { Queries } from '../../platform/database/database.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import { blankSomeEvents } from '../audit/blank-some-events.ts'
import { listOwnEvents } from '../audit/list-own-events.ts'
import { type KeptData, writeMoment } from './kept-data.ts'

const PAGE = 500

/** What happened to the account. Why a login was refused is not told: it would help whoever tries the next one. */
export const keptEvents: KeptData = {
  tables: ['audit_event'],
  given: [
    {
      member: 'activity',
      async *many(sql, accountId) {
        for await (const { at, act, outcome, network, clientId, sessionId, detail } of listAll(sql, accountId))
          yield {
            at: writeMoment(at),
            act,
            outcome,
            network: network ?? null,
            client_id: clientId ?? null,
            session_id: sessionId ?? null,
            detail: outcome === 'refused' ? {} : detail,
          }
      },
    },
  ],
  purged: blankSomeEvents,
}

async function* listAll(sql: Queries, accountId: string): AsyncGenerator<AuditEvent> {
  let page: readonly AuditEvent[]
  let before: AuditEvent | undefined
  do {
    page = await listOwnEvents(sql, accountId, { before, most: PAGE })
    yield* page
    before = page.at(-1)
  } while (page.length === PAGE)
}
