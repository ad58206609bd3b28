import { type WebhookDataMember, type WebhookEventType, webhookEventTypes } from '../webhook-outbox/event-types.ts'
import type { WebhookData, WebhookMessage } from '../webhook-outbox/webhook-message.ts'
import type { AuditEvent } from './audit-event.ts'

/** Where each member stands in an event. */
const sources: Readonly<Record<WebhookDataMember, (event: AuditEvent) => unknown>> = {
  account_id: ({ accountId }) => accountId,
  api_key_id: ({ detail }) => detail.key,
  audience: ({ detail }) => detail.audience,
  client_id: ({ clientId }) => clientId,
  delete_after: ({ detail }) => detail.delete_after,
  factor: ({ detail }) => detail.factor,
  invitation_id: ({ detail }) => detail.invitation,
  issuer: ({ detail }) => detail.issuer,
  kid: ({ detail }) => detail.kid,
  organization_id: ({ detail }) => detail.organization,
  role: ({ detail }) => detail.role,
  roles: ({ detail }) => detail.roles,
  session_id: ({ sessionId }) => sessionId,
  upstream_id: ({ detail }) => detail.upstream,
  webhook_id: ({ detail }) => detail.webhook,
}

/** What webhooks are told of an event: ids and words of ours alone. Undefined: they are told nothing of such acts. */
export function describeToWebhooks(event: AuditEvent): WebhookMessage | undefined {
  const { id, at, act, actor } = event
  if (!isTold(act)) return undefined
  const { members } = webhookEventTypes[act]
  const known = members.map((member) => [member, sources[member](event)] as const).filter(([, value]) => isText(value))
  const data: WebhookData = { actor, ...Object.fromEntries(known) }
  return { id, type: act, at, data }
}

function isTold(act: string): act is WebhookEventType {
  return Object.hasOwn(webhookEventTypes, act)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || Array.isArray(value)
}
