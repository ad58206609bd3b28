import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database, Queries, Transaction } from '../../platform/database/database.ts'
import { WEBHOOK_TOPIC } from './leave-webhook-message.ts'
import type { Delivery, DeliveryState, WebhookMessage } from './webhook-message.ts'
import {
  deleteMessagesBefore,
  insertDelivery,
  insertMessage,
  renewDeliveries,
  selectDeliveries,
  selectDelivery,
  selectDueWebhooks,
  selectWaiting,
  updateDelivery,
  updateDue,
} from './webhook-outbox-store.ts'

/** So many rows in one unit of work, so that nobody waits long behind it. */
const STEP = 500
const KEPT_MS = 30 * 86_400_000

export interface DeliveryFilter {
  readonly webhookId: string
  readonly state?: DeliveryState | undefined
  /** A page goes on with what is older than this message. */
  readonly before?: string | undefined
  readonly most: number
}

/** Which webhooks have messages that are due. */
export function listDueWebhooks(sql: Queries, now: EpochMilliseconds): Promise<readonly string[]> {
  return selectDueWebhooks(sql, now)
}

export interface DeliveryClaim {
  readonly webhookId: string
  readonly most: number
  readonly leaseMilliseconds: number
}

/** Takes due messages of a webhook under a lease: until it ends, no other instance takes them. */
export function claimDeliveries(
  tx: Transaction,
  { webhookId, most, leaseMilliseconds }: DeliveryClaim,
): Promise<readonly Delivery[]> {
  return updateDue(tx.sql, { webhookId, most, now: tx.now, leasedUntil: tx.now + leaseMilliseconds })
}

/** Notes that it came, whoever else has tried meanwhile. */
export async function noteDelivered(tx: Transaction, delivery: Delivery): Promise<void> {
  await updateDelivery(tx.sql, delivery, { next_attempt_at: null, delivered_at: tx.now })
}

/** Notes that it did not come: it is due again then, or, when that is absent, given up. Only for whoever made the latest attempt. */
export async function noteFailed(
  tx: Transaction,
  delivery: Delivery,
  nextAttemptAt: EpochMilliseconds | undefined,
): Promise<void> {
  await updateDelivery(tx.sql, delivery, { next_attempt_at: nextAttemptAt ?? null }, delivery.attempts)
}

/** Leaves a message for one webhook that whoever calls this sends at once, and nobody again. */
export async function leaveClaimed(tx: Transaction, webhookId: string, message: WebhookMessage): Promise<Delivery> {
  await insertMessage(tx.sql, message)
  await insertDelivery(tx.sql, { webhookId, messageId: message.id })
  return { webhookId, message, attempts: 1, nextAttemptAt: undefined, deliveredAt: undefined }
}

/** Deliveries to a webhook, the latest message first. */
export function listDeliveries(sql: Queries, filter: DeliveryFilter): Promise<readonly Delivery[]> {
  return selectDeliveries(sql, filter)
}

export function findDelivery(sql: Queries, webhookId: string, messageId: string): Promise<Delivery | undefined> {
  return selectDelivery(sql, webhookId, messageId)
}

/** Sends one again, also when it was delivered, with the whole schedule before it. */
export async function replayDelivery(tx: Transaction, webhookId: string, messageId: string): Promise<boolean> {
  const which = { webhookId, ids: [messageId], dueAt: tx.now }
  if ((await renewDeliveries(tx.sql, which)) === 0) return false
  await tx.announce(WEBHOOK_TOPIC)
  return true
}

/** Sends again what has been given up since then, in small steps. Returns how many those are. */
export async function replayFailed(database: Database, webhookId: string, since: EpochMilliseconds): Promise<number> {
  let before: string | undefined
  let count = 0
  for (;;) {
    const page = { webhookId, state: 'failed', before, most: STEP } as const
    const found: readonly Delivery[] = await selectDeliveries(database.read, page)
    const ids = found.filter(({ message }) => message.at >= since).map(({ message }) => message.id)
    if (ids.length > 0)
      count += await database.write(async (tx) => {
        await tx.announce(WEBHOOK_TOPIC)
        return renewDeliveries(tx.sql, { webhookId, ids, dueAt: tx.now })
      })
    if (ids.length < STEP) return count
    before = found.at(-1)?.message.id
  }
}

/** How many messages are still to be sent to webhooks that are enabled, by any instance. */
export function countWaitingDeliveries(sql: Queries): Promise<number> {
  return selectWaiting(sql)
}

/** Forgets some messages, and what became of them, after 30 days. Returns how many. */
export function purgeMessages(tx: Transaction, most: number): Promise<number> {
  return deleteMessagesBefore(tx.sql, tx.now - KEPT_MS, most)
}
