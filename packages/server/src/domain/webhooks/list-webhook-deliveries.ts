import type { Queries } from '../../platform/database/database.ts'
import { type DeliveryFilter, findDelivery, listDeliveries } from '../webhook-outbox/deliveries.ts'
import type { Delivery } from '../webhook-outbox/webhook-message.ts'
import type { WebhookAttempt } from './webhook-attempt.ts'
import { selectAttempts } from './webhook-attempt-store.ts'

/** What became of one message at one webhook. */
export interface LoggedDelivery extends Delivery {
  /** In the order in which they were made. */
  readonly log: readonly WebhookAttempt[]
}

/** The delivery log of a webhook, the latest message first. */
export async function listWebhookDeliveries(sql: Queries, filter: DeliveryFilter): Promise<readonly LoggedDelivery[]> {
  return addLogs(sql, filter.webhookId, await listDeliveries(sql, filter))
}

export async function findWebhookDelivery(
  sql: Queries,
  webhookId: string,
  messageId: string,
): Promise<LoggedDelivery | undefined> {
  const delivery = await findDelivery(sql, webhookId, messageId)
  return delivery && (await addLogs(sql, webhookId, [delivery]))[0]
}

async function addLogs(
  sql: Queries,
  webhookId: string,
  deliveries: readonly Delivery[],
): Promise<readonly LoggedDelivery[]> {
  if (deliveries.length === 0) return []
  const ids = deliveries.map(({ message }) => message.id)
  const logs = Map.groupBy(await selectAttempts(sql, webhookId, ids), ({ messageId }) => messageId)
  return deliveries.map((delivery) => ({ ...delivery, log: logs.get(delivery.message.id) ?? [] }))
}
