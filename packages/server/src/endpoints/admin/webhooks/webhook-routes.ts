import { Type } from 'typebox'
import {
  createWebhook as createInDomain,
  deleteWebhook as deleteInDomain,
  lockWebhook,
  MOST_WEBHOOKS,
  rotateWebhookSecret,
  updateWebhook as updateInDomain,
} from '../../../domain/webhooks/change-webhook.ts'
import { findWebhook, listWebhooks as listAll } from '../../../domain/webhooks/find-webhook.ts'
import { parseWebhook, type WebhookDescription } from '../../../domain/webhooks/parse-webhook.ts'
import { testWebhook as testInDomain } from '../../../domain/webhooks/test-webhook.ts'
import { Problem } from '../../../platform/http/problem.ts'
import type { AdminDeps } from '../admin-deps.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, pageOf, paging, text } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { requireMatch } from '../entity-tag.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { unknownResource } from '../unknown-resource.ts'
import {
  attemptSchema,
  renderAttempt,
  renderWebhook,
  webhookSchema,
  webhookWithSecretSchema,
} from './webhook-schema.ts'

const params = closed({ webhook_id: text('The webhook’s id.', { longest: 64 }) })

const url = text('An https URL of the public internet.', { longest: 2048 })
const description = text('What it is for.', { longest: 200, shortest: 0 })
const events = Type.Array(text('Such as `account.created`, `account.*` or `*`.', { longest: 64 }), {
  minItems: 1,
  maxItems: 100,
})

const listWebhooks = adminRoute({
  name: 'listWebhooks',
  method: 'GET',
  path: '/webhooks',
  permission: 'webhooks:read',
  summary: 'List webhooks, the oldest first',
  query: closed(paging),
  answer: { status: 200, schema: pageOf(webhookSchema, 'WebhookPage') },
  async act({ deps, query: { cursor, limit = DEFAULT_LIMIT } }) {
    const [afterId] = readCursor(cursor, ['string'] as const) ?? ['']
    // There are 50 at most. Their ids are in the order of their making.
    const found = (await listAll(deps.database.read)).filter(({ id }) => id > afterId)
    return { body: toPage(found.slice(0, limit + 1), { limit, keyOf: ({ id }) => [id], render: renderWebhook }) }
  },
})

const createWebhook = adminRoute({
  name: 'createWebhook',
  method: 'POST',
  path: '/webhooks',
  permission: 'webhooks:write',
  summary: 'Make a webhook',
  description: 'Its secret is in the answer, this once. It is told of what happens from then on.',
  body: closed({ url, events, description: Type.Optional(description) }),
  answer: { status: 201, schema: webhookWithSecretSchema, isTagged: true },
  isIdempotent: true,
  problems: ['too_many_webhooks'],
  async act(call) {
    const { deps, body, caller } = call
    const parsed = getParsed(deps, body)
    return answerOnce(call, 201, () => async (tx) => {
      const created = await createInDomain(tx, deps.sealer, parsed, caller.actor)
      if (!created.ok) {
        const detail = `There are ${MOST_WEBHOOKS} webhooks already.`
        throw new Problem({ status: 409, code: 'too_many_webhooks', detail })
      }
      const { webhook, secret } = created
      const location = `${deps.urls.adminPath}/webhooks/${webhook.id}`
      return { status: 201, body: renderWebhook(webhook), once: { secret }, location }
    })
  },
})

const getWebhook = adminRoute({
  name: 'getWebhook',
  method: 'GET',
  path: '/webhooks/{webhook_id}',
  permission: 'webhooks:read',
  summary: 'Read a webhook',
  params,
  answer: { status: 200, schema: webhookSchema, isTagged: true },
  async act({ deps, params: { webhook_id } }) {
    const webhook = await findWebhook(deps.database.read, webhook_id)
    if (webhook === undefined) throw unknownResource('webhook')
    return { body: renderWebhook(webhook) }
  },
})

const updateWebhook = adminRoute({
  name: 'updateWebhook',
  method: 'PATCH',
  path: '/webhooks/{webhook_id}',
  permission: 'webhooks:write',
  summary: 'Change a webhook, enable or disable it',
  description: 'What waits for it goes to the new address. While it is disabled, messages wait for 30 days at most.',
  params,
  body: Type.Object(
    {
      url: Type.Optional(url),
      events: Type.Optional(events),
      description: Type.Optional(description),
      enabled: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  answer: { status: 200, schema: webhookSchema, isTagged: true },
  match: 'required',
  async act(call) {
    const { deps, body, caller, params } = call
    const { enabled, ...described } = body
    const webhook = await deps.database.write(async (tx) => {
      const before = await lockWebhook(tx, params.webhook_id)
      if (before === undefined) throw unknownResource('webhook')
      requireMatch(call, renderWebhook(before))
      // One whose address is not allowed any more can still be disabled.
      const parsed = Object.keys(described).length === 0 ? before : getParsed(deps, { ...before, ...described })
      const isEnabled = enabled ?? before.disabled === undefined
      return updateInDomain(tx, before.id, { ...parsed, isEnabled }, caller.actor)
    })
    if (webhook === undefined) throw unknownResource('webhook')
    return { body: renderWebhook(webhook) }
  },
})

const deleteWebhook = adminRoute({
  name: 'deleteWebhook',
  method: 'DELETE',
  path: '/webhooks/{webhook_id}',
  permission: 'webhooks:write',
  summary: 'Delete a webhook',
  description: 'What waits for it is not sent.',
  params,
  answer: { status: 204 },
  match: 'taken',
  async act(call) {
    const { deps, caller, params } = call
    await deps.database.write(async (tx) => {
      const before = await lockWebhook(tx, params.webhook_id)
      if (before === undefined) throw unknownResource('webhook')
      requireMatch(call, renderWebhook(before))
      await deleteInDomain(tx, before.id, caller.actor)
    })
    return {}
  },
})

const rotateSecret = adminRoute({
  name: 'rotateWebhookSecret',
  method: 'POST',
  path: '/webhooks/{webhook_id}/secret',
  permission: 'webhooks:write',
  summary: 'Make a new secret for a webhook',
  description:
    'It is in the answer, this once. For a day messages are signed by the one before as well, unless that has leaked.',
  params,
  body: closed({
    leaked: Type.Optional(Type.Boolean({ description: 'True: nothing is signed by the one before any more.' })),
  }),
  answer: { status: 200, schema: webhookWithSecretSchema },
  isIdempotent: true,
  async act(call) {
    const { deps, body, caller, params } = call
    return answerOnce(call, 200, () => async (tx) => {
      const rotation = { id: params.webhook_id, hasLeaked: body.leaked === true, actor: caller.actor }
      const rotated = await rotateWebhookSecret(tx, deps.sealer, rotation)
      if (rotated === undefined) throw unknownResource('webhook')
      return { body: renderWebhook(rotated.webhook), once: { secret: rotated.secret } }
    })
  },
})

const testWebhook = adminRoute({
  name: 'testWebhook',
  method: 'POST',
  path: '/webhooks/{webhook_id}/test',
  permission: 'webhooks:write',
  summary: 'Send a webhook the event webhook.test at once',
  description: 'Also one that is disabled. It is tried once; the answer, which takes 15 s at most, says how that went.',
  params,
  answer: { status: 200, schema: attemptSchema },
  async act({ deps, caller, params }) {
    const sender = { ...deps, reachesPrivateNetworks: deps.webhooksReachPrivateNetworks }
    const attempt = await testInDomain(sender, params.webhook_id, caller.actor)
    if (attempt === undefined) throw unknownResource('webhook')
    return { body: renderAttempt(attempt) }
  },
})

function getParsed(deps: AdminDeps, given: Partial<WebhookDescription>): WebhookDescription {
  const parsed = parseWebhook(given, deps.webhooksReachPrivateNetworks)
  if (parsed.ok) return parsed.webhook
  throw new Problem({ status: 400, code: 'invalid_parameter', detail: parsed.sentence })
}

export const webhookRoutes: readonly AdminRoute[] = [
  listWebhooks,
  createWebhook,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  rotateSecret,
  testWebhook,
]
