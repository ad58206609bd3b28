import { uuidv7 } from '../../platform/random/random.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { leaveClaimed, noteDelivered } from '../webhook-outbox/deliveries.ts'
import { findWebhook } from './find-webhook.ts'
import { sendMessage, type WebhookSender } from './send-message.ts'
import type { WebhookAttempt } from './webhook-attempt.ts'
import { insertAttempt } from './webhook-attempt-store.ts'
import { updateFailingSince } from './webhook-store.ts'

/**
 * Sends a webhook the event `webhook.test` at once, also one that is disabled, and gives how that went: it is tried once, and whoever asks waits
 * for the answer. Absent: there is no such webhook.
 */
export async function testWebhook(
  sender: WebhookSender,
  id: string,
  actor: Actor,
): Promise<WebhookAttempt | undefined> {
  const { database } = sender
  const webhook = await findWebhook(database.read, id)
  if (webhook === undefined) return undefined
  const delivery = await database.write(async (tx) => {
    await recordAuditEvent(tx, { act: 'webhook.tested', actor, outcome: 'done', detail: { webhook: id } })
    const data = { actor, webhook_id: id }
    return leaveClaimed(tx, id, { id: uuidv7(tx.now), type: 'webhook.test', at: tx.now, data })
  })
  const { attempt } = await sendMessage(sender, webhook, delivery)
  await database.write(async (tx) => {
    await insertAttempt(tx.sql, attempt)
    if (attempt.failure !== undefined) return
    await noteDelivered(tx, delivery)
    await updateFailingSince(tx.sql, id, null)
  })
  return attempt
}
