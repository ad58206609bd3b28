import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { WebhookDataMember, WebhookEventType } from './event-types.ts'

/** Ids and words of ours, as they stand in `data`. */
export type WebhookData = Readonly<Partial<Record<'actor' | WebhookDataMember, string | readonly string[]>>>

/** What webhooks are told of one event. */
export interface WebhookMessage {
  /** The id of the audit event, a UUIDv7; `webhook-id`, the same at each attempt and at each webhook. */
  readonly id: string
  readonly type: WebhookEventType
  readonly at: EpochMilliseconds
  readonly data: WebhookData
}

/** A message on its way to one webhook. */
export interface Delivery {
  readonly webhookId: string
  readonly message: WebhookMessage
  /** How often it has been sent since it was left or replayed, an attempt under way included. */
  readonly attempts: number
  /** When it is due, or when the lease of the attempt under way ends. Absent: it was delivered, or given up. */
  readonly nextAttemptAt: EpochMilliseconds | undefined
  /** Absent: not yet. */
  readonly deliveredAt: EpochMilliseconds | undefined
}

/** `waiting`: it is still to be sent. `failed`: given up, until somebody replays it. */
export const deliveryStates = ['waiting', 'delivered', 'failed'] as const
export type DeliveryState = (typeof deliveryStates)[number]

export function stateOf({ deliveredAt, nextAttemptAt }: Delivery): DeliveryState {
  if (deliveredAt !== undefined) return 'delivered'
  return nextAttemptAt === undefined ? 'failed' : 'waiting'
}
