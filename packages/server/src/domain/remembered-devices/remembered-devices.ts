import { createHash, timingSafeEqual } from 'node:crypto'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { randomId, randomSecret } from '../../platform/random/random.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import {
  deleteExpiredDevices,
  deleteRememberedDevice,
  deleteRememberedDevices,
  insertRememberedDevice,
  type RememberedDeviceRow,
  selectRememberedDevice,
  selectRememberedDevices,
} from './remembered-device-store.ts'

const REMEMBERED_DAYS = 30
export const REMEMBERED_MS: number = REMEMBERED_DAYS * 86_400_000
const LONGEST_USER_AGENT = 256

/** A browser that a person is not asked for a second factor in. */
export interface RememberedDevice {
  readonly id: string
  /** What it called itself. */
  readonly userAgent: string | undefined
  readonly network: string
  readonly rememberedAt: EpochMilliseconds
  readonly expiresAt: EpochMilliseconds
}

/** Remembers a browser; returns the value of its cookie, of which only a hash is kept. */
export async function rememberDevice(
  tx: Transaction,
  device: { readonly accountId: string; readonly userAgent: string | undefined; readonly network: string },
): Promise<string> {
  const { accountId, userAgent, network } = device
  const id = randomId()
  const secret = randomSecret()
  await insertRememberedDevice(tx.sql, {
    ...{ id, account_id: accountId, secret_hash: hashSecret(secret), network },
    user_agent: userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
    created_at: tx.now,
    expires_at: tx.now + REMEMBERED_MS,
  })
  const actor = `account:${accountId}` as const
  await recordAuditEvent(tx, { act: 'device.remembered', actor, outcome: 'done', accountId, network })
  return `${id}.${secret}`
}

/** Whether a cookie is of a browser that this account has had remembered. */
export async function isDeviceRemembered(
  sql: Queries,
  { accountId, cookie, now }: { readonly accountId: string; readonly cookie: string | undefined; readonly now: number },
): Promise<boolean> {
  const [, id, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(cookie ?? '') ?? []
  if (!id || !secret) return false
  const row = await selectRememberedDevice(sql, id)
  if (row === undefined || row.account_id !== accountId || row.expires_at <= now) return false
  return timingSafeEqual(Buffer.from(row.secret_hash), Buffer.from(hashSecret(secret)))
}

/** Those that are still remembered, the newest first. */
export async function listRememberedDevices(
  sql: Queries,
  accountId: string,
  now: EpochMilliseconds,
): Promise<readonly RememberedDevice[]> {
  return (await selectRememberedDevices(sql, accountId, now)).map(toRememberedDevice)
}

/** Forgets one. Another account's id forgets nothing. */
export async function forgetDevice(tx: Transaction, accountId: string, id: string): Promise<void> {
  if (await deleteRememberedDevice(tx.sql, accountId, id)) await record(tx, accountId, `account:${accountId}`, 1)
}

/** Forgets all of an account: when its password or its factors change, after a recovery, and when it is logged out everywhere. */
export async function forgetDevices(tx: Transaction, accountId: string, actor: Actor): Promise<void> {
  const count = await deleteRememberedDevices(tx.sql, accountId)
  if (count > 0) await record(tx, accountId, actor, count)
}

/** Removes those whose time is over. */
export function purgeRememberedDevices(tx: Transaction, most: number): Promise<number> {
  return deleteExpiredDevices(tx.sql, tx.now, most)
}

async function record(tx: Transaction, accountId: string, actor: Actor, count: number): Promise<void> {
  await recordAuditEvent(tx, { act: 'device.forgotten', actor, outcome: 'done', accountId, detail: { count } })
}

function toRememberedDevice(row: RememberedDeviceRow): RememberedDevice {
  return {
    id: row.id,
    userAgent: row.user_agent ?? undefined,
    network: row.network,
    rememberedAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
