import { createHash } from 'node:crypto'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { deleteExpired, insertOneTime, insertUsed, markUsed, selectOneTime } from './one-time-store.ts'

/** How long a thing stays known after it has expired: whoever uses it again then is told that it was used. */
const KEPT_MILLISECONDS = 600_000

export type OneTimeKind =
  | 'account_keeping'
  | 'account_lock'
  | 'assertion'
  | 'authorization_code'
  | 'dpop_proof'
  | 'login_step'
  | 'passkey_challenge'
  | 'upstream_link'
  | 'upstream_login'

export type FoundOneTime =
  | { readonly state: 'unused'; readonly id: string; readonly payload: unknown }
  /** What came of the first use. */
  | { readonly state: 'used'; readonly outcome: string }
  | { readonly state: 'unknown' | 'expired' }

/** Makes a thing that can be used once. Returns its secret: 256 random bits as 43 base64url characters. */
export async function issueOneTime(
  tx: Transaction,
  { kind, payload, lifetimeMilliseconds }: { kind: OneTimeKind; payload: object; lifetimeMilliseconds: number },
): Promise<string> {
  const secret = randomSecret()
  const row = { id: hashSecret(secret), kind, payload: JSON.stringify(payload) }
  await insertOneTime(tx.sql, { ...row, expires_at: tx.now + lifetimeMilliseconds })
  return secret
}

/** Looks at a thing without using it. */
export async function findOneTime(
  sql: Queries,
  { kind, secret, now }: { kind: OneTimeKind; secret: string; now: number },
): Promise<FoundOneTime> {
  if (!/^[\w-]{43}$/.test(secret)) return { state: 'unknown' }
  const row = await selectOneTime(sql, hashSecret(secret), kind)
  if (row === undefined) return { state: 'unknown' }
  if (row.used_at !== null) return { state: 'used', outcome: row.outcome ?? '' }
  if (row.expires_at <= now) return { state: 'expired' }
  return { state: 'unused', id: row.id, payload: JSON.parse(row.payload) }
}

/** Uses it. False when somebody else was faster: then whatever this transaction did must not stand. */
export async function useOneTime(tx: Transaction, id: string, outcome: string): Promise<boolean> {
  return markUsed(tx.sql, id, outcome, tx.now)
}

/** Uses a thing that somebody else has made and named. False when it was used before. */
export async function useOnce(
  tx: Transaction,
  { kind, name, expiresAt }: { kind: OneTimeKind; name: string; expiresAt: number },
): Promise<boolean> {
  return insertUsed(tx.sql, { id: hashSecret(`${kind} ${name}`), kind, expires_at: expiresAt, used_at: tx.now })
}

/** Removes some of what expired a while ago. Returns how many. */
export function purgeOneTime(tx: Transaction, most: number): Promise<number> {
  return deleteExpired(tx.sql, tx.now - KEPT_MILLISECONDS, most)
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
