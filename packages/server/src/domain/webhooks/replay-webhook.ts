import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { replayDelivery, replayFailed } from '../webhook-outbox/deliveries.ts'
import { findWebhook } from './find-webhook.ts'

/** Which messages are sent again: one, delivered or not, or all that were given up of what happened since a moment. */
export type Replay = { readonly messageId: string } | { readonly failedSince: EpochMilliseconds }

export type Replayed =
  | { readonly ok: true /** How many messages are sent again. */; readonly count: number }
  | { readonly ok: false; readonly reason: 'unknown_webhook' | 'unknown_delivery' }

/** Sends messages again, with the same `webhook-id`, by the whole schedule. */
export async function replayWebhook(database: Database, id: string, replay: Replay, actor: Actor): Promise<Replayed> {
  if ((await findWebhook(database.read, id)) === undefined) return { ok: false, reason: 'unknown_webhook' }
  const which = 'messageId' in replay ? { message: replay.messageId } : { since: toText(replay.failedSince) }
  const entry = { act: 'webhook.replayed', actor, outcome: 'done', detail: { webhook: id, ...which } } as const
  if (!('messageId' in replay)) {
    await database.write((tx) => recordAuditEvent(tx, entry))
    return { ok: true, count: await replayFailed(database, id, replay.failedSince) }
  }
  const isFound = await database.write(async (tx) => {
    if (!(await replayDelivery(tx, id, replay.messageId))) return false
    await recordAuditEvent(tx, entry)
    return true
  })
  return isFound ? { ok: true, count: 1 } : { ok: false, reason: 'unknown_delivery' }
}

function toText(moment: EpochMilliseconds): string {
  return new Date(moment).toISOString()
}
