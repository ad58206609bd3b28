import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { isActive } from '../accounts/is-active.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { type RefusedAccess, type ResolvedAccess, resolveAccess } from '../apis/resolve-access.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { admitToApi } from '../clients/admit-to-api.ts'
import type { Client } from '../clients/client.ts'
import { findClient } from '../clients/find-client.ts'
import { LOGIN_CLIENT_ID } from '../clients/login-client.ts'
import { momentAfterRevocations } from '../revocations/moment-after-revocations.ts'
import type { ApiKey } from './api-key.ts'
import { insertApiKey, selectOpenApiKeys } from './api-key-store.ts'
import { draftApiKey } from './api-key-text.ts'
import type { ApiKeyDescription } from './parse-api-key.ts'

/** So many may one account or client have: whoever needs more has lost count of them. */
const MOST_KEYS = 100

/** Who is to have a key. */
export type NewKeyOwner = { readonly accountId: string } | { readonly clientId: string }

export type CreatedApiKey =
  | { readonly ok: true; readonly key: ApiKey /** Shown once. */; readonly text: string }
  | { readonly ok: false; readonly reason: 'unknown_owner' | 'too_many_keys' | 'foreign_scope' }
  | { readonly ok: false; readonly reason: 'refused_access'; readonly refused: RefusedAccess }

/**
 * Makes a key for one API. An account may have any scope of it; a client those that it is registered for, and only a confidential one may
 * act for itself (RFC 6749 §4.4).
 */
export async function createApiKey(
  tx: Transaction,
  owner: NewKeyOwner,
  description: ApiKeyDescription,
  actor: Actor,
): Promise<CreatedApiKey> {
  const admitted = await admitOwner(tx, owner)
  if (!admitted.ok) return { ok: false, reason: 'unknown_owner' }
  if ((await selectOpenApiKeys(tx.sql, owner)).length >= MOST_KEYS) return { ok: false, reason: 'too_many_keys' }
  // Who administers proves a second factor, and a key proves none.
  const access = admitToApi(undefined, await resolveAccess(tx.sql, description))
  if (!access.ok) return { ok: false, reason: 'refused_access', refused: access }
  const scopes = limitScopes(access, admitted.client, description.scopes)
  if (scopes === undefined) return { ok: false, reason: 'foreign_scope' }
  const clientId = admitted.client?.id ?? LOGIN_CLIENT_ID
  const accountId = 'accountId' in owner ? owner.accountId : undefined
  const draft = draftApiKey()
  const createdAt = await momentAfterRevocations(tx.sql, { clientId }, tx.now)
  const key: ApiKey = {
    ...{ id: draft.id, accountId, clientId, name: description.name, audience: access.api.audience, scopes },
    ...{ createdAt, expiresAt: endOf(createdAt, description.lifetimeMilliseconds) },
    ...{ usedAt: undefined, revokedAt: undefined },
  }
  await insertApiKey(tx.sql, key, draft.secretHash)
  const detail = { key: key.id, name: key.name, audience: key.audience, scopes, expires_at: key.expiresAt ?? null }
  await recordAuditEvent(tx, { act: 'api_key.created', actor, outcome: 'done', accountId, clientId, detail })
  return { ok: true, key, text: draft.text }
}

type AdmittedOwner = { readonly ok: true; readonly client: Client | undefined } | { readonly ok: false }

async function admitOwner(tx: Transaction, owner: NewKeyOwner): Promise<AdmittedOwner> {
  if ('clientId' in owner) {
    const client = await findClient(tx.sql, owner.clientId)
    return client?.type === 'confidential' ? { ok: true, client } : { ok: false }
  }
  // Whoever disables the account meanwhile revokes this key as well.
  await lockAccount(tx, owner.accountId)
  return (await isEnabled(tx.sql, owner.accountId)) ? { ok: true, client: undefined } : { ok: false }
}

async function isEnabled(sql: Queries, accountId: string): Promise<boolean> {
  const account = await findAccount(sql, accountId)
  return account !== undefined && isActive(account)
}

/** Undefined where a client wants what it is not registered for. */
function limitScopes(
  access: Extract<ResolvedAccess, { ok: true }>,
  client: Client | undefined,
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  if (!client) return access.scopes
  const granted = access.scopes.filter((scope) => client.scopes.includes(scope))
  return wanted === undefined || granted.length === access.scopes.length ? granted : undefined
}

function endOf(createdAt: EpochMilliseconds, lifetimeMilliseconds: number | undefined): EpochMilliseconds | undefined {
  return lifetimeMilliseconds === undefined ? undefined : Math.ceil((createdAt + lifetimeMilliseconds) / 1000) * 1000
}
