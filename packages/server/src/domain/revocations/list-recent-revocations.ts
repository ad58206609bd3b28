import type { EpochMilliseconds, EpochSeconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { AuditEvent, AuditedAct } from '../audit/audit-event.ts'
import { listEventsAt } from '../audit/list-audit-events.ts'
import { type StoredRecord, selectRecordsBefore } from './feed-store.ts'
import { hashIdentifier } from './render-record.ts'
import type { Revocation } from './revocation.ts'

export interface RecentRevocation {
  readonly sequence: number
  readonly kind: Revocation['kind']
  /** Tokens issued at or before it are concerned; undefined: whenever they were issued. */
  readonly moment: EpochMilliseconds | undefined
  readonly createdAt: EpochMilliseconds
  readonly forgetAt: EpochSeconds
  /** What the audit log says of it; undefined: nothing, as of claims that were outdated in steps. */
  readonly event: AuditEvent | undefined
}

/** What a record's line says. */
interface RecordLine {
  readonly k: Revocation['kind']
  readonly i?: string
  readonly t?: EpochMilliseconds
}

/** The acts that write each kind of record, and what of their event the record's hash is of. */
const sources: readonly {
  readonly kind: Revocation['kind']
  readonly act: AuditedAct
  readonly identifierOf: (event: AuditEvent) => unknown
}[] = [
  { kind: 's', act: 'session.ended', identifierOf: ({ sessionId }) => sessionId },
  { kind: 's', act: 'api_key.revoked', identifierOf: ({ detail }) => detail.key },
  { kind: 'j', act: 'token.revoked', identifierOf: ({ detail }) => detail.jti },
  { kind: 'u', act: 'account.logged_out', identifierOf: ({ accountId }) => accountId },
  { kind: 'c', act: 'client.revoked', identifierOf: ({ clientId }) => clientId },
  { kind: 'c', act: 'client.deleted', identifierOf: ({ clientId }) => clientId },
  { kind: 'k', act: 'signing_key.compromised', identifierOf: ({ detail }) => detail.kid },
  { kind: 'a', act: 'everything.revoked', identifierOf: () => undefined },
]

/** What the feed's table still holds, the latest first, with who revoked what. */
export async function listRecentRevocations(
  sql: Queries,
  page: { readonly before: number | undefined; readonly most: number },
): Promise<readonly RecentRevocation[]> {
  const records = await selectRecordsBefore(sql, page)
  const acts = [...new Set(sources.map(({ act }) => act))]
  // A record and its event are of one transaction, so they carry one time.
  const moments = [...new Set(records.map(({ createdAt }) => createdAt))]
  const events = indexEvents(await listEventsAt(sql, moments, acts))
  return records.map((record) => describe(record, events))
}

function describe(
  { sequence, line, createdAt, forgetAt }: StoredRecord,
  events: ReadonlyMap<string, AuditEvent>,
): RecentRevocation {
  const { k: kind, i: hash, t: moment } = JSON.parse(line) as RecordLine
  return { sequence, kind, moment, createdAt, forgetAt, event: events.get(keyOf(createdAt, kind, hash)) }
}

function indexEvents(events: readonly AuditEvent[]): ReadonlyMap<string, AuditEvent> {
  const indexed = events.flatMap((event) =>
    sources
      .filter(({ act }) => act === event.act)
      .map(({ kind, identifierOf }) => {
        const identifier = identifierOf(event)
        const hash = typeof identifier === 'string' ? hashIdentifier(identifier) : undefined
        return [keyOf(event.at, kind, hash), event] as const
      }),
  )
  return new Map(indexed)
}

function keyOf(at: EpochMilliseconds, kind: Revocation['kind'], hash: string | undefined): string {
  return `${at} ${kind} ${hash ?? ''}`
}
