import { pauseAfter } from '../../platform/background-loop/pause-after.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { noteDelivered, noteFailed } from '../webhook-outbox/deliveries.ts'
import type { Delivery } from '../webhook-outbox/webhook-message.ts'
import { disableWebhook } from './change-webhook.ts'
import { findWebhook } from './find-webhook.ts'
import type { SentMessage } from './send-message.ts'
import type { DisabledBecause } from './webhook.ts'
import type { WebhookOutcome } from './webhook-attempt.ts'
import { insertAttempt, selectAttempts } from './webhook-attempt-store.ts'
import { updateFailingSince } from './webhook-store.ts'

const minute = 60_000
const hour = 60 * minute

/** Standard Webhooks, "Deliverability and reliability": ten attempts within about three days. */
export const PAUSES_MS: readonly number[] = [
  5_000,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]
const MOST_ATTEMPTS = PAUSES_MS.length + 1
/** So that what failed at one moment does not all come back at one moment. */
const MOST_JITTER = 0.1
/** Nobody has a message wait for longer by `Retry-After`. */
const LONGEST_RETRY_AFTER_MS = 24 * hour
/** RFC 9110 §15.5.11: the receiver wants to hear nothing any more. */
const GONE = 410

export interface NotedAttempt {
  readonly outcome: WebhookOutcome
  /** Why the webhook is disabled from now on. Absent: it is not. */
  readonly disabledBecause: DisabledBecause | undefined
}

/** Notes how an attempt went: when the message is due again, and whether the webhook is given up. */
export async function noteAttempt(tx: Transaction, delivery: Delivery, sent: SentMessage): Promise<NotedAttempt> {
  const { attempt } = sent
  const { webhookId } = delivery
  await insertAttempt(tx.sql, attempt)
  if (attempt.failure === undefined) {
    await noteDelivered(tx, delivery)
    await updateFailingSince(tx.sql, webhookId, null)
    return { outcome: 'delivered', disabledBecause: undefined }
  }
  await updateFailingSince(tx.sql, webhookId, attempt.at)
  const isGone = attempt.status === GONE
  const isLast = delivery.attempts >= MOST_ATTEMPTS
  await noteFailed(tx, delivery, isGone || isLast ? undefined : tx.now + choosePause(delivery.attempts, sent))
  const outcome = isGone || isLast ? 'given_up' : 'failed'
  const because = isGone ? 'gone' : isLast && (await hasFailedAllAlong(tx, delivery)) ? 'failing' : undefined
  const isDisabled = because !== undefined && (await disableWebhook(tx, webhookId, because))
  return { outcome, disabledBecause: isDisabled ? because : undefined }
}

function choosePause(attempts: number, { retryAfterMilliseconds = 0 }: SentMessage): number {
  const pause = pauseAfter(attempts, PAUSES_MS)
  const jitter = Math.floor(pause * MOST_JITTER * Math.random())
  return Math.max(pause + jitter, Math.min(retryAfterMilliseconds, LONGEST_RETRY_AFTER_MS))
}

/** Whether nothing at all has come through since the first attempt of a message that is given up. */
async function hasFailedAllAlong(tx: Transaction, { webhookId, message }: Delivery): Promise<boolean> {
  const { failingSince } = (await findWebhook(tx.sql, webhookId)) ?? {}
  // It may have been replayed: earlier attempts are of another round.
  const round = (await selectAttempts(tx.sql, webhookId, [message.id])).slice(-MOST_ATTEMPTS)
  const first = round[0]
  return failingSince !== undefined && first !== undefined && failingSince <= first.at
}
