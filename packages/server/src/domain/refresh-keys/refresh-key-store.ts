import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

type RefreshKeyTables = {
  refresh_key: { id: string; sealed_key: string; created_at: EpochMilliseconds }
  refresh_key_head: { id: string; key_id: string }
}

export interface StoredRefreshKey {
  readonly id: string
  readonly sealedKey: string
}

export async function selectRefreshKeys(sql: Queries): Promise<StoredRefreshKey[]> {
  const rows = await sql.withTables<RefreshKeyTables>().selectFrom('refresh_key').select(['id', 'sealed_key']).execute()
  return rows.map(({ id, sealed_key }) => ({ id, sealedKey: sealed_key }))
}

/** The id of the newest key; empty when there is none. */
export async function selectNewestId(sql: Queries): Promise<string> {
  const row = await sql
    .withTables<RefreshKeyTables>()
    .selectFrom('refresh_key_head')
    .select('key_id')
    .executeTakeFirstOrThrow()
  return row.key_id
}

export async function insertRefreshKey(
  sql: Queries,
  { id, sealedKey }: StoredRefreshKey,
  now: EpochMilliseconds,
): Promise<void> {
  await sql
    .withTables<RefreshKeyTables>()
    .insertInto('refresh_key')
    .values({ id, sealed_key: sealedKey, created_at: now })
    .execute()
}

/** Makes a key the newest when `before` still is; returns whether it was. The row lock lets one of several instances win. */
export async function replaceNewestId(sql: Queries, id: string, before: string): Promise<boolean> {
  const updated = await sql
    .withTables<RefreshKeyTables>()
    .updateTable('refresh_key_head')
    .set({ key_id: id })
    .where('key_id', '=', before)
    .returning('id')
    .executeTakeFirst()
  return updated !== undefined
}
