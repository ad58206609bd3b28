import type { Queries, Transaction } from '../../platform/database/database.ts'
import { WEBHOOK_TOPIC } from './leave-webhook-message.ts'
import { deleteSubscriptions, insertSubscriptions, selectSubscriptions } from './webhook-outbox-store.ts'

export interface Subscription {
  readonly webhookId: string
  /** What it asks for; at least one. */
  readonly patterns: readonly string[]
  /** While it is not, messages are left for it and wait. */
  readonly isEnabled: boolean
}

/** Puts what a webhook asks for in the place of what it asked for before. */
export async function subscribeWebhook(tx: Transaction, subscription: Subscription): Promise<void> {
  await deleteSubscriptions(tx.sql, subscription.webhookId)
  await insertSubscriptions(tx.sql, subscription)
  await tx.announce(WEBHOOK_TOPIC)
}

/** It is left nothing any more, and what waits for it is not sent. */
export async function unsubscribeWebhook(tx: Transaction, webhookId: string): Promise<void> {
  await deleteSubscriptions(tx.sql, webhookId)
}

/** What each webhook asks for, sorted; of one, or of all. */
export async function listSubscriptions(
  sql: Queries,
  webhookId?: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = Map.groupBy(await selectSubscriptions(sql, webhookId), (row) => row.webhookId)
  return new Map([...rows].map(([id, of]) => [id, of.map(({ pattern }) => pattern).sort()]))
}
