import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { DeliveryFilter } from './deliveries.ts'
import type { WebhookEventType } from './event-types.ts'
import type { Subscription } from './subscriptions.ts'
import type { Delivery, WebhookData, WebhookMessage } from './webhook-message.ts'

type WebhookOutboxTables = {
  webhook_subscription: { pattern: string; webhook_id: string; is_enabled: number }
  webhook_message: { id: string; type: WebhookEventType; at: number; data: string }
  webhook_delivery: {
    webhook_id: string
    message_id: string
    attempts: number
    next_attempt_at: number | null
    delivered_at: number | null
  }
}

type DeliveryRow = WebhookOutboxTables['webhook_delivery']
type MessageRow = WebhookOutboxTables['webhook_message']

export async function insertSubscriptions(
  sql: Queries,
  { webhookId, patterns, isEnabled }: Subscription,
): Promise<void> {
  const rows = patterns.map((pattern) => ({ pattern, webhook_id: webhookId, is_enabled: isEnabled ? 1 : 0 }))
  await sql.withTables<WebhookOutboxTables>().insertInto('webhook_subscription').values(rows).execute()
}

export async function deleteSubscriptions(sql: Queries, webhookId: string): Promise<void> {
  await sql
    .withTables<WebhookOutboxTables>()
    .deleteFrom('webhook_subscription')
    .where('webhook_id', '=', webhookId)
    .execute()
}

export async function selectSubscriptions(
  sql: Queries,
  webhookId: string | undefined,
): Promise<readonly { readonly pattern: string; readonly webhookId: string }[]> {
  let query = sql
    .withTables<WebhookOutboxTables>()
    .selectFrom('webhook_subscription')
    .select(['pattern', 'webhook_id as webhookId'])
  if (webhookId !== undefined) query = query.where('webhook_id', '=', webhookId)
  return query.execute()
}

export async function insertMessage(sql: Queries, { id, type, at, data }: WebhookMessage): Promise<void> {
  const row = { id, type, at, data: JSON.stringify(data) }
  await sql.withTables<WebhookOutboxTables>().insertInto('webhook_message').values(row).execute()
}

/** One delivery to each webhook that asks for one of the patterns. Returns how many those are. */
export async function insertDeliveries(
  sql: Queries,
  left: { readonly messageId: string; readonly patterns: readonly string[]; readonly dueAt: EpochMilliseconds },
): Promise<number> {
  const rows = await sql
    .withTables<WebhookOutboxTables>()
    .insertInto('webhook_delivery')
    .columns(['webhook_id', 'message_id', 'attempts', 'next_attempt_at'])
    .expression(({ selectFrom }) =>
      selectFrom('webhook_subscription')
        .select(({ val, cast }) => [
          'webhook_id',
          val(left.messageId).as('message_id'),
          cast<number>(val(0), 'bigint').as('attempts'),
          cast<number>(val(left.dueAt), 'bigint').as('next_attempt_at'),
        ])
        .where('pattern', 'in', left.patterns)
        .distinct(),
    )
    .returning('webhook_id')
    .execute()
  return rows.length
}

/** One that whoever inserts it sends, and nobody again. */
export async function insertDelivery(
  sql: Queries,
  { webhookId, messageId }: { readonly webhookId: string; readonly messageId: string },
): Promise<void> {
  const row = { webhook_id: webhookId, message_id: messageId, attempts: 1 }
  await sql.withTables<WebhookOutboxTables>().insertInto('webhook_delivery').values(row).execute()
}

export async function selectDueWebhooks(sql: Queries, now: EpochMilliseconds): Promise<readonly string[]> {
  const rows = await sql
    .withTables<WebhookOutboxTables>()
    .selectFrom('webhook_subscription')
    .select('webhook_id')
    .distinct()
    .where('is_enabled', '=', 1)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('webhook_delivery')
          .select('message_id')
          .whereRef('webhook_delivery.webhook_id', '=', 'webhook_subscription.webhook_id')
          .where('next_attempt_at', '<=', now),
      ),
    )
    .execute()
  return rows.map((row) => row.webhook_id)
}

export interface DueClaim {
  readonly webhookId: string
  readonly most: number
  readonly now: EpochMilliseconds
  readonly leasedUntil: EpochMilliseconds
}

/** Takes what is due, the longest due first. What another instance has taken meanwhile is left to it. */
export async function updateDue(
  sql: Queries,
  { webhookId, most, now, leasedUntil }: DueClaim,
): Promise<readonly Delivery[]> {
  const tables = sql.withTables<WebhookOutboxTables>()
  const due = tables
    .selectFrom('webhook_delivery')
    .select('message_id')
    .where('webhook_id', '=', webhookId)
    .where('next_attempt_at', '<=', now)
    .orderBy('next_attempt_at')
    .limit(most)
  const rows = await tables
    .updateTable('webhook_delivery')
    .set(({ eb }) => ({ next_attempt_at: leasedUntil, attempts: eb('attempts', '+', 1) }))
    .where('webhook_id', '=', webhookId)
    .where('message_id', 'in', due)
    // Again, since the row may have changed while this statement waited for it.
    .where('next_attempt_at', '<=', now)
    .returningAll()
    .execute()
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.message_id)
  const messages = await tables.selectFrom('webhook_message').selectAll().where('id', 'in', ids).execute()
  const byId = new Map(messages.map((message) => [message.id, message]))
  return rows.flatMap((row) => {
    const message = byId.get(row.message_id)
    return message === undefined ? [] : [toDelivery(row, message)]
  })
}

/** `attempts`: only while it has been sent just so often. */
export async function updateDelivery(
  sql: Queries,
  { webhookId, message }: Delivery,
  change: Partial<Pick<DeliveryRow, 'next_attempt_at' | 'delivered_at'>>,
  attempts?: number,
): Promise<void> {
  let query = sql
    .withTables<WebhookOutboxTables>()
    .updateTable('webhook_delivery')
    .set(change)
    .where('webhook_id', '=', webhookId)
    .where('message_id', '=', message.id)
  if (attempts !== undefined) query = query.where('attempts', '=', attempts).where('delivered_at', 'is', null)
  await query.execute()
}

/** Makes deliveries due as if they had just been left. Returns how many there were. */
export async function renewDeliveries(
  sql: Queries,
  renewed: { readonly webhookId: string; readonly ids: readonly string[]; readonly dueAt: EpochMilliseconds },
): Promise<number> {
  const rows = await sql
    .withTables<WebhookOutboxTables>()
    .updateTable('webhook_delivery')
    .set({ attempts: 0, next_attempt_at: renewed.dueAt, delivered_at: null })
    .where('webhook_id', '=', renewed.webhookId)
    .where('message_id', 'in', renewed.ids)
    .returning('message_id')
    .execute()
  return rows.length
}

export async function selectDeliveries(
  sql: Queries,
  { webhookId, state, before, most }: DeliveryFilter,
): Promise<readonly Delivery[]> {
  let query = joinDeliveries(sql).where('webhook_id', '=', webhookId)
  if (before !== undefined) query = query.where('message_id', '<', before)
  if (state === 'delivered') query = query.where('delivered_at', 'is not', null)
  if (state === 'waiting') query = query.where('next_attempt_at', 'is not', null)
  if (state === 'failed') query = query.where('delivered_at', 'is', null).where('next_attempt_at', 'is', null)
  const rows = await query.orderBy('message_id', 'desc').limit(most).execute()
  return rows.map((row) => toDelivery(row, row))
}

export async function selectDelivery(
  sql: Queries,
  webhookId: string,
  messageId: string,
): Promise<Delivery | undefined> {
  const row = await joinDeliveries(sql)
    .where('webhook_id', '=', webhookId)
    .where('message_id', '=', messageId)
    .executeTakeFirst()
  return row && toDelivery(row, row)
}

function joinDeliveries(sql: Queries) {
  return sql
    .withTables<WebhookOutboxTables>()
    .selectFrom('webhook_delivery')
    .innerJoin('webhook_message', 'webhook_message.id', 'webhook_delivery.message_id')
    .selectAll()
}

/** Messages that are still to be sent to webhooks that are enabled. */
export async function selectWaiting(sql: Queries): Promise<number> {
  const { count } = await sql
    .withTables<WebhookOutboxTables>()
    .selectFrom('webhook_delivery')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('next_attempt_at', 'is not', null)
    .where('webhook_id', 'in', (eb) =>
      eb.selectFrom('webhook_subscription').select('webhook_subscription.webhook_id').where('is_enabled', '=', 1),
    )
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Deletes some messages with their deliveries, the oldest first. Returns how many. */
export async function deleteMessagesBefore(sql: Queries, moment: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<WebhookOutboxTables>()
  const rows = await tables
    .selectFrom('webhook_message')
    .select('id')
    .where('at', '<', moment)
    .orderBy('at')
    .limit(most)
    .execute()
  if (rows.length === 0) return 0
  const ids = rows.map(({ id }) => id)
  await tables.deleteFrom('webhook_delivery').where('message_id', 'in', ids).execute()
  await tables.deleteFrom('webhook_message').where('id', 'in', ids).execute()
  return rows.length
}

function toDelivery(row: DeliveryRow, { id, type, at, data }: MessageRow): Delivery {
  return {
    webhookId: row.webhook_id,
    message: { id, type, at, data: JSON.parse(data) as WebhookData },
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at ?? undefined,
    deliveredAt: row.delivered_at ?? undefined,
  }
}
