import type { Transaction } from '../../platform/database/database.ts'
import { patternsFor } from './event-pattern.ts'
import type { WebhookMessage } from './webhook-message.ts'
import { insertDeliveries, insertMessage } from './webhook-outbox-store.ts'

export const WEBHOOK_TOPIC = 'webhooks'

/** Leaves a message for each webhook that asked for its type, in the transaction of what it tells of: it is sent when that is durable. */
export async function leaveWebhookMessage(tx: Transaction, message: WebhookMessage): Promise<void> {
  const patterns = patternsFor(message.type)
  if ((await insertDeliveries(tx.sql, { messageId: message.id, patterns, dueAt: tx.now })) === 0) return
  await insertMessage(tx.sql, message)
  await tx.announce(WEBHOOK_TOPIC)
}
