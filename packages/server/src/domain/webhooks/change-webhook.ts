import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { uuidv7 } from '../../platform/random/random.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Actor, AuditedAct } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { subscribeWebhook, unsubscribeWebhook } from '../webhook-outbox/subscriptions.ts'
import { findWebhook } from './find-webhook.ts'
import type { WebhookDescription } from './parse-webhook.ts'
import { type DisabledBecause, type SealedWebhook, webhookSecretPurpose } from './webhook.ts'
import { makeWebhookSecret } from './webhook-secret.ts'
import { deleteWebhookRow, insertWebhook, lockRow, selectWebhooks, updateWebhookRow } from './webhook-store.ts'

/** Each gets attempts of its own beside the others, so their number bounds what is under way. */
export const MOST_WEBHOOKS = 50
/** After a rotation: long enough to put the new secret into a receiver and to see that it works. */
const OVERLAP_MS = 24 * 3_600_000

export type CreatedWebhook =
  | { readonly ok: true; readonly webhook: SealedWebhook /** Given this once. */; readonly secret: string }
  | { readonly ok: false; readonly reason: 'too_many_webhooks' }

/** Makes a webhook and its secret. It is told of what happens from now on. */
export async function createWebhook(
  tx: Transaction,
  sealer: Sealer,
  { url, description, events }: WebhookDescription,
  actor: Actor,
): Promise<CreatedWebhook> {
  if ((await selectWebhooks(tx.sql)).length >= MOST_WEBHOOKS) return { ok: false, reason: 'too_many_webhooks' }
  const id = uuidv7(tx.now)
  const secret = makeWebhookSecret()
  const webhook: SealedWebhook = {
    ...{ id, url, description, events, createdAt: tx.now },
    ...{ disabled: undefined, failingSince: undefined, sealedOldSecret: undefined, oldSecretUntil: undefined },
    sealedSecret: sealer.seal(Buffer.from(secret), webhookSecretPurpose(id)),
  }
  await insertWebhook(tx.sql, webhook)
  // It is told of its own making, which tells its receiver that it works.
  await subscribeWebhook(tx, { webhookId: id, patterns: events, isEnabled: true })
  await record(tx, 'webhook.created', webhook, actor)
  return { ok: true, webhook, secret }
}

export interface WebhookChange extends WebhookDescription {
  readonly isEnabled: boolean
}

/** Puts another description in place. What waits for it goes to the new address. Absent: there is no such webhook. */
export async function updateWebhook(
  tx: Transaction,
  id: string,
  { url, description, events, isEnabled }: WebhookChange,
  actor: Actor,
): Promise<SealedWebhook | undefined> {
  const before = await lockWebhook(tx, id)
  if (before === undefined) return undefined
  const wasEnabled = before.disabled === undefined
  const disabled = isEnabled ? undefined : (before.disabled ?? { at: tx.now, because: 'operator' as const })
  const failingSince = isEnabled && !wasEnabled ? undefined : before.failingSince
  const webhook: SealedWebhook = { ...before, url, description, events, disabled, failingSince }
  await updateWebhookRow(tx.sql, webhook)
  await subscribeWebhook(tx, { webhookId: id, patterns: events, isEnabled })
  const isDescribedAnew = [url !== before.url, description !== before.description, !areSame(events, before.events)]
  if (isDescribedAnew.includes(true)) await record(tx, 'webhook.updated', webhook, actor)
  if (isEnabled !== wasEnabled) await record(tx, isEnabled ? 'webhook.enabled' : 'webhook.disabled', webhook, actor)
  return webhook
}

/** Sends it nothing more until somebody enables it; what waits for it goes on waiting. False: it gets nothing already. */
export async function disableWebhook(tx: Transaction, id: string, because: DisabledBecause): Promise<boolean> {
  const before = await lockWebhook(tx, id)
  if (before === undefined || before.disabled !== undefined) return false
  const webhook: SealedWebhook = { ...before, disabled: { at: tx.now, because } }
  await updateWebhookRow(tx.sql, webhook)
  await subscribeWebhook(tx, { webhookId: id, patterns: before.events, isEnabled: false })
  await record(tx, 'webhook.disabled', webhook, 'system')
  return true
}

/** False: there is no such webhook. What waits for it is never sent. */
export async function deleteWebhook(tx: Transaction, id: string, actor: Actor): Promise<boolean> {
  const webhook = await lockWebhook(tx, id)
  if (webhook === undefined) return false
  await deleteWebhookRow(tx.sql, id)
  await unsubscribeWebhook(tx, id)
  await record(tx, 'webhook.deleted', webhook, actor)
  return true
}

export interface RotatedSecret {
  readonly webhook: SealedWebhook
  /** Given this once. */
  readonly secret: string
}

/**
 * Makes a new secret. For a day messages are signed by both, unless the one before has leaked: then by the new one alone from now on. Absent: there
 * is no such webhook.
 */
export async function rotateWebhookSecret(
  tx: Transaction,
  sealer: Sealer,
  { id, hasLeaked, actor }: { readonly id: string; readonly hasLeaked: boolean; readonly actor: Actor },
): Promise<RotatedSecret | undefined> {
  const before = await lockWebhook(tx, id)
  if (before === undefined) return undefined
  const secret = makeWebhookSecret()
  const oldSecretUntil: EpochMilliseconds | undefined = hasLeaked ? undefined : tx.now + OVERLAP_MS
  const webhook: SealedWebhook = {
    ...before,
    sealedSecret: sealer.seal(Buffer.from(secret), webhookSecretPurpose(id)),
    sealedOldSecret: hasLeaked ? undefined : before.sealedSecret,
    oldSecretUntil,
  }
  await updateWebhookRow(tx.sql, webhook)
  await record(tx, 'webhook.secret_rotated', webhook, actor)
  return { webhook, secret }
}

/** A webhook that stays as it is until the transaction ends: whoever changes it waits. Absent: there is none. */
export async function lockWebhook(tx: Transaction, id: string): Promise<SealedWebhook | undefined> {
  await lockRow(tx.sql, id)
  return findWebhook(tx.sql, id)
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, at) => text === other[at])
}

/** The address without its query: people put secrets there. */
async function record(tx: Transaction, act: AuditedAct, webhook: SealedWebhook, actor: Actor): Promise<void> {
  const { origin, pathname } = new URL(webhook.url)
  const because = webhook.disabled && { because: webhook.disabled.because }
  const detail = { webhook: webhook.id, url: `${origin}${pathname}`, events: webhook.events, ...because }
  await recordAuditEvent(tx, { act, actor, outcome: 'done', detail })
}
