import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { ApiKey } from './api-key.ts'

type ApiKeyTables = {
  api_key: {
    id: string
    secret_hash: string
    account_id: string | null
    client_id: string
    name: string
    audience: string
    scopes: string
    created_at: number
    expires_at: number | null
    used_at: number | null
    revoked_at: number | null
  }
}

export async function insertApiKey(sql: Queries, key: ApiKey, secretHash: string): Promise<void> {
  await sql
    .withTables<ApiKeyTables>()
    .insertInto('api_key')
    .values({
      id: key.id,
      secret_hash: secretHash,
      account_id: key.accountId ?? null,
      client_id: key.clientId,
      name: key.name,
      audience: key.audience,
      scopes: key.scopes.join(' '),
      created_at: key.createdAt,
      expires_at: key.expiresAt ?? null,
      used_at: null,
      revoked_at: null,
    })
    .execute()
}

export async function selectApiKey(
  sql: Queries,
  id: string,
): Promise<{ readonly key: ApiKey; readonly secretHash: string } | undefined> {
  const row = await sql
    .withTables<ApiKeyTables>()
    .selectFrom('api_key')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { key: toApiKey(row), secretHash: row.secret_hash }
}

/** Whose keys: an account's, a client's own, or everybody's; or everybody's for one API. */
export type ApiKeyOwner =
  | { readonly accountId: string }
  | { readonly clientId: string }
  | { readonly audience: string }
  | 'everybody'

/** Keys that were not revoked, the oldest first; expired ones may be among them. */
export async function selectOpenApiKeys(sql: Queries, owner: ApiKeyOwner): Promise<ApiKey[]> {
  let query = sql.withTables<ApiKeyTables>().selectFrom('api_key').selectAll().where('revoked_at', 'is', null)
  if (owner !== 'everybody') {
    if ('accountId' in owner) query = query.where('account_id', '=', owner.accountId)
    else if ('audience' in owner) query = query.where('audience', '=', owner.audience)
    else query = query.where('client_id', '=', owner.clientId).where('account_id', 'is', null)
  }
  return (await query.orderBy('created_at').orderBy('id').execute()).map(toApiKey)
}

/** Whether this call revoked it: false when it was revoked before, or never was. */
export async function markRevoked(sql: Queries, id: string, now: EpochMilliseconds): Promise<boolean> {
  const revoked = await sql
    .withTables<ApiKeyTables>()
    .updateTable('api_key')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return revoked !== undefined
}

/** Whether this call wrote the use down: false when one that was no earlier than `before` stands there already. */
export async function markUsed(
  sql: Queries,
  id: string,
  { now, before }: { readonly now: EpochMilliseconds; readonly before: EpochMilliseconds },
): Promise<boolean> {
  const used = await sql
    .withTables<ApiKeyTables>()
    .updateTable('api_key')
    .set({ used_at: now })
    .where('id', '=', id)
    .where((where) => where.or([where('used_at', 'is', null), where('used_at', '<=', before)]))
    .returning('id')
    .executeTakeFirst()
  return used !== undefined
}

/** All of an account's, revoked ones too, the oldest first. */
export async function selectApiKeysOf(sql: Queries, accountId: string): Promise<ApiKey[]> {
  const rows = await sql
    .withTables<ApiKeyTables>()
    .selectFrom('api_key')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(toApiKey)
}

export async function deleteApiKeysOf(sql: Queries, accountId: string): Promise<void> {
  await sql.withTables<ApiKeyTables>().deleteFrom('api_key').where('account_id', '=', accountId).execute()
}

/** Deletes some that were revoked or expired before a moment; returns how many. Each of the two has an index. */
export async function deleteEnded(sql: Queries, moment: EpochMilliseconds, most: number): Promise<number> {
  let deleted = 0
  for (const column of ['revoked_at', 'expires_at'] as const) {
    const tables = sql.withTables<ApiKeyTables>()
    const ended = tables
      .selectFrom('api_key')
      .select('id')
      .where(column, '<', moment)
      .limit(most - deleted)
    const { numDeletedRows } = await tables.deleteFrom('api_key').where('id', 'in', ended).executeTakeFirstOrThrow()
    deleted += Number(numDeletedRows)
  }
  return deleted
}

function toApiKey(row: ApiKeyTables['api_key']): ApiKey {
  return {
    id: row.id,
    accountId: row.account_id ?? undefined,
    clientId: row.client_id,
    name: row.name,
    audience: row.audience,
    scopes: row.scopes === '' ? [] : row.scopes.split(' '),
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    usedAt: row.used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  }
}
