import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** Why a webhook gets nothing: an operator wanted so, the receiver answered 410, or it could not be reached for the whole schedule. */
export type DisabledBecause = 'operator' | 'gone' | 'failing'

/** An address that is told of events. */
export interface Webhook {
  readonly id: string
  readonly url: string
  /** What it is for; may be empty. */
  readonly description: string
  /** Types, families such as `account.*`, or `*`; sorted. */
  readonly events: readonly string[]
  readonly createdAt: EpochMilliseconds
  /** Absent: it is enabled. */
  readonly disabled: { readonly at: EpochMilliseconds; readonly because: DisabledBecause } | undefined
  /** Since when no attempt has come through. Absent: the latest one did, or there was none. */
  readonly failingSince: EpochMilliseconds | undefined
  /** Until when messages are signed by the secret before as well. Absent: there is none. */
  readonly oldSecretUntil: EpochMilliseconds | undefined
}

/** A webhook as it rests, with what its messages are signed by. */
export interface SealedWebhook extends Webhook {
  readonly sealedSecret: string
  readonly sealedOldSecret: string | undefined
}

export function webhookSecretPurpose(id: string): string {
  return `webhook ${id}`
}
