import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { WebhookAttempt } from './webhook-attempt.ts'

type WebhookAttemptTables = {
  webhook_attempt: {
    id: string
    webhook_id: string
    message_id: string
    at: number
    milliseconds: number
    status: number | null
    answer: string
    failure: string | null
  }
}

export async function insertAttempt(sql: Queries, attempt: WebhookAttempt): Promise<void> {
  const { id, webhookId, messageId, at, milliseconds, status = null, answer, failure = null } = attempt
  await sql
    .withTables<WebhookAttemptTables>()
    .insertInto('webhook_attempt')
    .values({ id, webhook_id: webhookId, message_id: messageId, at, milliseconds, status, answer, failure })
    .execute()
}

/** Those of some messages at one webhook, in the order in which they were made. */
export async function selectAttempts(
  sql: Queries,
  webhookId: string,
  messageIds: readonly string[],
): Promise<readonly WebhookAttempt[]> {
  const rows = await sql
    .withTables<WebhookAttemptTables>()
    .selectFrom('webhook_attempt')
    .selectAll()
    .where('message_id', 'in', messageIds)
    .where('webhook_id', '=', webhookId)
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    webhookId: row.webhook_id,
    messageId: row.message_id,
    at: row.at,
    milliseconds: row.milliseconds,
    status: row.status ?? undefined,
    answer: row.answer,
    failure: row.failure ?? undefined,
  }))
}

/** Deletes some, the oldest first. Returns how many. */
export async function deleteAttemptsBefore(sql: Queries, moment: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<WebhookAttemptTables>()
  const oldest = tables.selectFrom('webhook_attempt').select('id').where('at', '<', moment).orderBy('at').limit(most)
  const rows = await tables.deleteFrom('webhook_attempt').where('id', 'in', oldest).returning('id').execute()
  return rows.length
}
