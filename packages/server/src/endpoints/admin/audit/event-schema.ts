import { type TSchema, Type } from 'typebox'
import type { SealedEvent } from '../../../domain/audit/audit-event.ts'
import { closed, nullable, renderTime, time } from '../admin-schemas.ts'

/** Particulars of an act. */
export const detailSchema: TSchema = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null(), Type.Array(Type.String())]),
  { description: 'Particulars of the act.' },
)

export const auditEventSchema: TSchema = closed(
  {
    id: Type.String(),
    at: time('When it was done.'),
    act: Type.String({ description: 'What was done, such as `login.refused`.' }),
    actor: Type.String({
      description: '`cli`, `system`, `anonymous`, `account:<id>`, `admin:<account id>` or `client:<id>`.',
    }),
    outcome: Type.String({ description: '`done` or `refused`.' }),
    account_id: nullable(Type.String({ description: 'On whom.' })),
    session_id: nullable(Type.String()),
    client_id: nullable(Type.String()),
    network: nullable(Type.String({ description: 'An IPv4 address or an IPv6 /64.' })),
    incident_id: nullable(Type.String({ description: 'The id of the request, by which its log line is found.' })),
    detail: detailSchema,
    is_erased: Type.Boolean({
      description: 'Whether network, incident id and particulars were erased with the account.',
    }),
    index: nullable(Type.Integer({ description: 'Where it stands in the tree; null: it is not in it yet.' })),
  },
  'AuditEvent',
)

/** The first and the last moment that RFC 3339 can write. */
const [FIRST_MOMENT, LAST_MOMENT] = [-62_167_219_200_000, 253_402_300_799_999]

/**
 * Somebody who wrote another moment into the database by hand does not hide the events around it: it is told as the nearest one that there is. That
 * it was altered is what the verification says.
 */
function renderAnyTime(moment: number): string {
  return renderTime(Number.isFinite(moment) ? Math.min(Math.max(moment, FIRST_MOMENT), LAST_MOMENT) : FIRST_MOMENT)
}

export function renderAuditEvent(event: SealedEvent, index: number | undefined): object {
  return {
    id: event.id,
    at: renderAnyTime(event.at),
    act: event.act,
    actor: event.actor,
    outcome: event.outcome,
    account_id: event.accountId ?? null,
    session_id: event.sessionId ?? null,
    client_id: event.clientId ?? null,
    network: event.network ?? null,
    incident_id: event.incidentId ?? null,
    detail: event.detail,
    is_erased: event.salt === undefined,
    index: index ?? null,
  }
}
