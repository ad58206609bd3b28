import { Type } from 'typebox'
import { type WebhookEventType, webhookEventTypes } from '../../../domain/webhook-outbox/event-types.ts'
import { findWebhook } from '../../../domain/webhooks/find-webhook.ts'
import { findWebhookDelivery, listWebhookDeliveries } from '../../../domain/webhooks/list-webhook-deliveries.ts'
import { type Replay, replayWebhook } from '../../../domain/webhooks/replay-webhook.ts'
import { Problem } from '../../../platform/http/problem.ts'
import type { AdminAnswer, AdminCall } from '../admin-call.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, pageOf, paging, text, time } from '../admin-schemas.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { unknownResource } from '../unknown-resource.ts'
import { deliverySchema, renderDelivery, stateSchema } from './webhook-schema.ts'

const webhookId = text('The webhook’s id.', { longest: 64 })
const params = closed({ webhook_id: webhookId })
const deliveryParams = closed({ webhook_id: webhookId, message_id: text('`webhook-id`.', { longest: 64 }) })

const replayedSchema = closed(
  { replayed: Type.Integer({ description: 'How many messages are sent again.' }) },
  'WebhookReplay',
)

const listDeliveries = adminRoute({
  name: 'listWebhookDeliveries',
  method: 'GET',
  path: '/webhooks/{webhook_id}/deliveries',
  permission: 'webhooks:read',
  summary: 'List what became of the messages to a webhook, the latest first',
  description: 'Within 30 days.',
  params,
  query: closed({ state: Type.Optional(stateSchema), ...paging }),
  answer: { status: 200, schema: pageOf(deliverySchema, 'WebhookDeliveryPage') },
  async act({ deps, params: { webhook_id: webhookId }, query: { state, cursor, limit = DEFAULT_LIMIT } }) {
    const { read } = deps.database
    if ((await findWebhook(read, webhookId)) === undefined) throw unknownResource('webhook')
    const before = readCursor(cursor, ['string'] as const)?.[0]
    const found = await listWebhookDeliveries(read, { webhookId, state, before, most: limit + 1 })
    return { body: toPage(found, { limit, keyOf: ({ message }) => [message.id], render: renderDelivery }) }
  },
})

const getDelivery = adminRoute({
  name: 'getWebhookDelivery',
  method: 'GET',
  path: '/webhooks/{webhook_id}/deliveries/{message_id}',
  permission: 'webhooks:read',
  summary: 'Read what became of one message',
  params: deliveryParams,
  answer: { status: 200, schema: deliverySchema },
  async act({ deps, params: { webhook_id, message_id } }) {
    const delivery = await findWebhookDelivery(deps.database.read, webhook_id, message_id)
    if (delivery === undefined) throw unknownResource('delivery')
    return { body: renderDelivery(delivery) }
  },
})

const replayDelivery = adminRoute({
  name: 'replayWebhookDelivery',
  method: 'POST',
  path: '/webhooks/{webhook_id}/deliveries/{message_id}/replay',
  permission: 'webhooks:write',
  summary: 'Send a message again, delivered or not',
  params: deliveryParams,
  answer: { status: 202, schema: replayedSchema },
  async act(call) {
    const { webhook_id, message_id: messageId } = call.params
    return replay(call, webhook_id, { messageId })
  },
})

const replayFailed = adminRoute({
  name: 'replayWebhook',
  method: 'POST',
  path: '/webhooks/{webhook_id}/replay',
  permission: 'webhooks:write',
  summary: 'Send again what was given up since a moment',
  params,
  body: closed({ failed_since: time('Of what happened since then.') }),
  answer: { status: 202, schema: replayedSchema },
  async act(call) {
    const failedSince = Date.parse(call.body.failed_since)
    if (!Number.isSafeInteger(failedSince)) {
      const detail = '"failed_since" must be a time in RFC 3339, such as 2026-11-01T00:00:00Z.'
      throw new Problem({ status: 400, code: 'invalid_parameter', detail })
    }
    return replay(call, call.params.webhook_id, { failedSince })
  },
})

async function replay({ deps, caller }: AdminCall, webhookId: string, which: Replay): Promise<AdminAnswer> {
  const replayed = await replayWebhook(deps.database, webhookId, which, caller.actor)
  if (!replayed.ok) throw unknownResource(replayed.reason === 'unknown_webhook' ? 'webhook' : 'delivery')
  return { body: { replayed: replayed.count } }
}

const eventTypeSchema = closed(
  {
    type: Type.String(),
    meaning: Type.String(),
    data: Type.Array(Type.String(), { description: 'What `data` may say, beside `actor`.' }),
  },
  'WebhookEventType',
)

const listEventTypes = adminRoute({
  name: 'listWebhookEventTypes',
  method: 'GET',
  path: '/webhook-event-types',
  permission: 'webhooks:read',
  summary: 'List what webhooks may be told of',
  answer: { status: 200, schema: closed({ items: Type.Array(eventTypeSchema) }, 'WebhookEventTypes') },
  async act() {
    const types = Object.keys(webhookEventTypes) as WebhookEventType[]
    const items = types.map((type) => {
      const { meaning, members } = webhookEventTypes[type]
      return { type, meaning, data: members }
    })
    return { body: { items } }
  },
})

export const webhookDeliveryRoutes: readonly AdminRoute[] = [
  listDeliveries,
  getDelivery,
  replayDelivery,
  replayFailed,
  listEventTypes,
]
