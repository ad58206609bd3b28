import type { Webhook, WebhookDelivery } from '../../api/admin-api.ts'
import { StateWord } from '../../elements/state-word.tsx'

const reasons = {
  operator: 'Disabled',
  gone: 'Disabled: it answered 410',
  failing: 'Disabled: it never answered',
} as const

export function WebhookState({ webhook }: { readonly webhook: Webhook }) {
  if (!webhook.enabled) return <StateWord tone="danger">{reasons[webhook.disabled_because ?? 'operator']}</StateWord>
  if (webhook.failing_since !== null) return <StateWord tone="warning">Failing</StateWord>
  return <StateWord tone="good">Enabled</StateWord>
}

const states = {
  delivered: ['good', 'Delivered'],
  waiting: ['quiet', 'Waiting'],
  failed: ['danger', 'Given up'],
} as const

export function DeliveryState({ delivery: { state } }: { readonly delivery: WebhookDelivery }) {
  const [tone, word] = states[state]
  return <StateWord tone={tone}>{word}</StateWord>
}
