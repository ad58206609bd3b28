import type { Database, Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { forgetTime } from '../revocations/forget-time.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import type { ApiKey } from './api-key.ts'
import { type ApiKeyOwner, markRevoked, selectOpenApiKeys } from './api-key-store.ts'
import { findApiKey } from './find-api-key.ts'

/**
 * Revokes keys for good, and every token that they gave: the record names the key, whenever a token was issued, so an exchange that is under
 * way gives nothing that outlives it. Returns the feed's number; undefined when all of them were revoked before, which is no error.
 */
export async function revokeApiKeys(
  tx: Transaction,
  keys: readonly ApiKey[],
  actor: Actor,
): Promise<number | undefined> {
  const revoked: ApiKey[] = []
  for (const key of keys) if (await markRevoked(tx.sql, key.id, tx.now)) revoked.push(key)
  for (const { id, accountId, clientId } of revoked) {
    const detail = { key: id }
    await recordAuditEvent(tx, { act: 'api_key.revoked', actor, outcome: 'done', accountId, clientId, detail })
  }
  if (revoked.length === 0) return undefined
  const forgetAt = await forgetTime(tx.sql, tx.now)
  return recordRevocations(
    tx,
    revoked.map(({ id }) => ({ kind: 's', identifier: id, forgetAt })),
  )
}

/** Revokes all keys of an account. Returns the feed's number; undefined when there was none. */
export async function revokeKeysOfAccount(
  tx: Transaction,
  accountId: string,
  actor: Actor,
): Promise<number | undefined> {
  return revokeApiKeys(tx, await selectOpenApiKeys(tx.sql, { accountId }), actor)
}

/** Revokes a key of the very account that asks. Another's id revokes nothing. */
export async function revokeOwnApiKey(tx: Transaction, accountId: string, id: string): Promise<void> {
  const key = await findApiKey(tx.sql, id)
  if (key?.accountId === accountId) await revokeApiKeys(tx, [key], `account:${accountId}`)
}

/** So many a transaction: every other revocation waits for it. */
const KEYS_A_STEP = 200

/** Revokes all keys of a client, or for an API, in steps, each durable by itself. Returns how many there were. */
export async function revokeApiKeysOf(database: Database, owner: ApiKeyOwner, actor: Actor): Promise<number> {
  const keys = await selectOpenApiKeys(database.read, owner)
  for (let from = 0; from < keys.length; from += KEYS_A_STEP)
    await database.write((tx) => revokeApiKeys(tx, keys.slice(from, from + KEYS_A_STEP), actor))
  return keys.length
}
