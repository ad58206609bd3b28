import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** One attempt to tell a webhook of an event, and how it went. */
export interface WebhookAttempt {
  readonly id: string
  readonly webhookId: string
  readonly messageId: string
  readonly at: EpochMilliseconds
  readonly milliseconds: number
  /** Absent: there was no answer. */
  readonly status: number | undefined
  /** The first characters of the answer, as one line that steers nothing around it. */
  readonly answer: string
  /** Why it failed, in words for the operator. Absent: it came through. */
  readonly failure: string | undefined
}

/** How an attempt ended: `failed` is tried again, `given_up` only when somebody replays it. */
export const webhookOutcomes = ['delivered', 'failed', 'given_up'] as const
export type WebhookOutcome = (typeof webhookOutcomes)[number]
