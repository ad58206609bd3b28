import type { Transaction } from '../../platform/database/database.ts'
import { randomId, uuidv7 } from '../../platform/random/random.ts'
import { leaveWebhookMessage } from '../webhook-outbox/leave-webhook-message.ts'
import type { AuditDetail, AuditEntry, AuditEvent } from './audit-event.ts'
import { findAuditOrigin } from './audit-origin.ts'
import { postAuditEvents } from './audit-store.ts'
import { describeToWebhooks } from './describe-to-webhooks.ts'
import { commitPrivatePart } from './event-leaf.ts'

/**
 * Records an event in the transaction that makes the change: neither is ever there without the other. Webhooks that asked for such acts are left
 * a message in the same transaction.
 */
export function recordAuditEvent(tx: Transaction, entry: AuditEntry): Promise<void> {
  return recordAuditEvents(tx, [entry])
}

/** The same of many, in a few statements. */
export async function recordAuditEvents(tx: Transaction, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  const origin = findAuditOrigin(tx)
  const events = entries.map(
    (entry): AuditEvent => ({
      ...entry,
      network: entry.network ?? origin.network,
      incidentId: entry.incidentId ?? origin.incidentId,
      id: uuidv7(tx.now),
      at: tx.now,
      detail: toWellFormed(entry.detail ?? {}),
    }),
  )
  postAuditEvents(
    tx,
    events.map((event) => {
      const salt = randomId()
      return { ...event, salt, commitment: commitPrivatePart(event, salt) }
    }),
  )
  for (const message of events.map(describeToWebhooks)) if (message) await leaveWebhookMessage(tx, message)
}

/** RFC 8785 §3.2.2.2: a surrogate that stands alone can't be hashed, since it is no character. */
function toWellFormed(detail: AuditDetail): AuditDetail {
  const members = Object.entries(detail).map(([name, value]) => {
    if (typeof value === 'string') return [name, value.toWellFormed()] as const
    return [name, Array.isArray(value) ? value.map((text: string) => text.toWellFormed()) : value] as const
  })
  return Object.fromEntries(members)
}
