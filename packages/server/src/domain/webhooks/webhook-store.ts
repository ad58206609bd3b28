import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { DisabledBecause, SealedWebhook } from './webhook.ts'

type WebhookTables = {
  webhook: {
    id: string
    url: string
    description: string
    sealed_secret: string
    sealed_old_secret: string | null
    old_secret_until: number | null
    created_at: number
    disabled_at: number | null
    disabled_because: DisabledBecause | null
    failing_since: number | null
  }
}

type WebhookRow = WebhookTables['webhook']
/** What it asks for is another room's. */
export type WebhookWithoutEvents = Omit<SealedWebhook, 'events'>

export async function insertWebhook(sql: Queries, webhook: WebhookWithoutEvents): Promise<void> {
  await sql.withTables<WebhookTables>().insertInto('webhook').values(toRow(webhook)).execute()
}

export async function updateWebhookRow(sql: Queries, webhook: WebhookWithoutEvents): Promise<void> {
  const { id, ...row } = toRow(webhook)
  await sql.withTables<WebhookTables>().updateTable('webhook').set(row).where('id', '=', id).execute()
}

export async function deleteWebhookRow(sql: Queries, id: string): Promise<void> {
  await sql.withTables<WebhookTables>().deleteFrom('webhook').where('id', '=', id).execute()
}

/** Whoever else changes it waits until the transaction ends. */
export async function lockRow(sql: Queries, id: string): Promise<void> {
  await sql.withTables<WebhookTables>().updateTable('webhook').set({ id }).where('id', '=', id).execute()
}

export async function selectWebhook(sql: Queries, id: string): Promise<WebhookWithoutEvents | undefined> {
  const row = await sql
    .withTables<WebhookTables>()
    .selectFrom('webhook')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toWebhook(row)
}

/** The oldest first. */
export async function selectWebhooks(sql: Queries): Promise<readonly WebhookWithoutEvents[]> {
  const rows = await sql
    .withTables<WebhookTables>()
    .selectFrom('webhook')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(toWebhook)
}

/** A moment: no attempt has come through since then, if none had before. Null: one has. Writes only what changes. */
export async function updateFailingSince(sql: Queries, id: string, since: EpochMilliseconds | null): Promise<void> {
  await sql
    .withTables<WebhookTables>()
    .updateTable('webhook')
    .set({ failing_since: since })
    .where('id', '=', id)
    .where('failing_since', since === null ? 'is not' : 'is', null)
    .execute()
}

function toRow(webhook: WebhookWithoutEvents): WebhookRow {
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    sealed_secret: webhook.sealedSecret,
    sealed_old_secret: webhook.sealedOldSecret ?? null,
    old_secret_until: webhook.oldSecretUntil ?? null,
    created_at: webhook.createdAt,
    disabled_at: webhook.disabled?.at ?? null,
    disabled_because: webhook.disabled?.because ?? null,
    failing_since: webhook.failingSince ?? null,
  }
}

function toWebhook(row: WebhookRow): WebhookWithoutEvents {
  const { disabled_at: at, disabled_because: because } = row
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    sealedSecret: row.sealed_secret,
    sealedOldSecret: row.sealed_old_secret ?? undefined,
    oldSecretUntil: row.old_secret_until ?? undefined,
    createdAt: row.created_at,
    disabled: at === null || because === null ? undefined : { at, because },
    failingSince: row.failing_since ?? undefined,
  }
}
