import { createHash } from 'node:crypto'
import { canonicalJson } from '../../platform/canonical-json/canonical-json.ts'
import { hashLeaf } from '../../platform/merkle-tree/hash-node.ts'
import type { AuditEvent, SealedEvent } from './audit-event.ts'

/** What may be erased: docs/reference/audit-log.md, "The private part". */
export function privatePart({ network, incidentId, detail }: AuditEvent): object {
  return { detail, incident_id: incidentId ?? null, network: network ?? null }
}

/** base64url of SHA-256 over the salt and the private part, so that it can be erased and still have been what it was. */
export function commitPrivatePart(event: AuditEvent, salt: string): string {
  const hash = createHash('sha256').update(Buffer.from(salt, 'base64url'))
  return hash.update(canonicalJson(privatePart(event))).digest('base64url')
}

/** What stays: docs/reference/audit-log.md, "The public part". */
export function publicPart(event: SealedEvent): object {
  return {
    v: 1,
    id: event.id,
    at: renderEventTime(event.at),
    act: event.act,
    actor: event.actor,
    outcome: event.outcome,
    account_id: event.accountId ?? null,
    session_id: event.sessionId ?? null,
    client_id: event.clientId ?? null,
    private: event.commitment,
  }
}

/** What is no time, since somebody has written it into the database by hand, never reads as one that was. */
export function renderEventTime(at: number): string {
  return Number.isInteger(at) && Math.abs(at) <= MOST_MILLISECONDS ? new Date(at).toISOString() : `unreadable ${at}`
}

/** ECMA-262 §21.4.1.1: the range of a time value. */
const MOST_MILLISECONDS = 8.64e15

/** The event's leaf in the tree. */
export function hashEvent(event: SealedEvent): Buffer {
  return hashLeaf(canonicalJson(publicPart(event)))
}

/** Whether the private part is what was committed to, or was erased: then nothing of it is there. */
export function isPrivatePartWhole(event: SealedEvent): boolean {
  if (event.salt !== undefined) return commitPrivatePart(event, event.salt) === event.commitment
  return event.network === undefined && event.incidentId === undefined && Object.keys(event.detail).length === 0
}
