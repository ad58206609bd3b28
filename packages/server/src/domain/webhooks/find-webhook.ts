import type { Queries } from '../../platform/database/database.ts'
import { listSubscriptions } from '../webhook-outbox/subscriptions.ts'
import type { SealedWebhook, Webhook } from './webhook.ts'
import { selectWebhook, selectWebhooks } from './webhook-store.ts'

export async function findWebhook(sql: Queries, id: string): Promise<SealedWebhook | undefined> {
  const row = await selectWebhook(sql, id)
  return row && { ...row, events: (await listSubscriptions(sql, id)).get(id) ?? [] }
}

/** All of them, the oldest first. There are never many. */
export async function listWebhooks(sql: Queries): Promise<readonly Webhook[]> {
  const subscriptions = await listSubscriptions(sql)
  return (await selectWebhooks(sql)).map((row) => ({ ...row, events: subscriptions.get(row.id) ?? [] }))
}
