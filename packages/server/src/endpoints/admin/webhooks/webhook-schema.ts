import { type TEnum, type TSchema, Type } from 'typebox'
import { deliveryStates, stateOf } from '../../../domain/webhook-outbox/webhook-message.ts'
import type { LoggedDelivery } from '../../../domain/webhooks/list-webhook-deliveries.ts'
import type { Webhook } from '../../../domain/webhooks/webhook.ts'
import type { WebhookAttempt } from '../../../domain/webhooks/webhook-attempt.ts'
import { closed, nullable, renderTime, renderTimeOrNull, time } from '../admin-schemas.ts'

const members = {
  id: Type.String(),
  url: Type.String({ description: 'Where it is told, by POST.' }),
  description: Type.String({ description: 'What it is for; may be empty.' }),
  events: Type.Array(Type.String(), { description: 'Types, families such as `account.*`, or `*`; sorted.' }),
  enabled: Type.Boolean({ description: 'While it is not, messages wait for it.' }),
  disabled_at: nullable(time('Since when it is not.')),
  disabled_because: nullable(
    Type.Enum(['operator', 'gone', 'failing'], {
      description: '`gone`: it answered 410; `failing`: nothing came through for a whole schedule.',
    }),
  ),
  failing_since: nullable(time('Since when no attempt has come through; null: the latest one did, or there was none.')),
  old_secret_until: nullable(time('Until when messages are signed by the secret before as well.')),
  created_at: time('When it was made.'),
}

const secret = nullable(Type.String({ description: '`whsec_…`, shown this once; null in a replay.' }))

export const webhookSchema: TSchema = closed(members, 'Webhook')
export const webhookWithSecretSchema: TSchema = closed({ ...members, secret }, 'WebhookWithSecret')

export function renderWebhook(webhook: Webhook): object {
  const { id, url, description, events, disabled, failingSince, oldSecretUntil, createdAt } = webhook
  return {
    ...{ id, url, description, events },
    enabled: disabled === undefined,
    disabled_at: renderTimeOrNull(disabled?.at),
    disabled_because: disabled?.because ?? null,
    failing_since: renderTimeOrNull(failingSince),
    old_secret_until: renderTimeOrNull(oldSecretUntil),
    created_at: renderTime(createdAt),
  }
}

export const attemptSchema: TSchema = closed(
  {
    at: time('When it was made.'),
    milliseconds: Type.Integer({ description: 'How long it took.' }),
    status: nullable(Type.Integer({ description: 'Of the answer; null: there was none.' })),
    answer: Type.String({ description: 'The first characters of the answer, as one line.' }),
    failure: nullable(Type.String({ description: 'Why it failed; null: it came through.' })),
  },
  'WebhookAttempt',
)

export function renderAttempt({ at, milliseconds, status, answer, failure }: WebhookAttempt): object {
  return { at: renderTime(at), milliseconds, status: status ?? null, answer, failure: failure ?? null }
}

export const stateSchema: TEnum<['waiting', 'delivered', 'failed']> = Type.Enum([...deliveryStates], {
  description: '`waiting`: it is still to be sent; `failed`: given up until somebody replays it.',
})

export const deliverySchema: TSchema = closed(
  {
    message_id: Type.String({ description: '`webhook-id`, and the id of the audit event.' }),
    type: Type.String(),
    timestamp: time('When it happened.'),
    data: Type.Unsafe<object>({ type: 'object', description: 'As it is sent; see the list of event types.' }),
    state: stateSchema,
    attempts: Type.Integer({ description: 'Since it was left, or replayed.' }),
    next_attempt_at: nullable(time('When it is due.')),
    delivered_at: nullable(time('When it came through.')),
    log: Type.Array(attemptSchema, { description: 'Every attempt, in the order in which they were made.' }),
  },
  'WebhookDelivery',
)

export function renderDelivery({ log, ...delivery }: LoggedDelivery): object {
  const { message, attempts, nextAttemptAt, deliveredAt } = delivery
  return {
    message_id: message.id,
    type: message.type,
    timestamp: renderTime(message.at),
    data: message.data,
    state: stateOf(delivery),
    attempts,
    next_attempt_at: renderTimeOrNull(nextAttemptAt),
    delivered_at: renderTimeOrNull(deliveredAt),
    log: log.map(renderAttempt),
  }
}
