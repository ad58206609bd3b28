import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

export interface IdempotencyRow {
  readonly id: string
  readonly request_hash: string
  readonly status: number
  readonly location: string | null
  readonly body: string
  readonly expires_at: EpochMilliseconds
}

type IdempotencyTables = { idempotency_key: IdempotencyRow }

/** Whether this call took it. On PostgreSQL it waits for whoever is taking it. */
export async function insertKey(
  sql: Queries,
  row: Pick<IdempotencyRow, 'id' | 'request_hash' | 'expires_at'>,
): Promise<boolean> {
  const inserted = await sql
    .withTables<IdempotencyTables>()
    .insertInto('idempotency_key')
    .values({ ...row, status: 0, location: null, body: '' })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function updateAnswer(
  sql: Queries,
  { id, status, location, body }: Pick<IdempotencyRow, 'id' | 'status' | 'location' | 'body'>,
): Promise<void> {
  await sql
    .withTables<IdempotencyTables>()
    .updateTable('idempotency_key')
    .set({ status, location, body })
    .where('id', '=', id)
    .execute()
}

export async function selectKey(sql: Queries, id: string): Promise<IdempotencyRow | undefined> {
  return sql
    .withTables<IdempotencyTables>()
    .selectFrom('idempotency_key')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
}

/** One that has expired. */
export async function deleteExpiredKey(sql: Queries, id: string, now: EpochMilliseconds): Promise<void> {
  await sql
    .withTables<IdempotencyTables>()
    .deleteFrom('idempotency_key')
    .where('id', '=', id)
    .where('expires_at', '<=', now)
    .execute()
}

/** Deletes some; returns how many. */
export async function deleteExpiredKeys(sql: Queries, now: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<IdempotencyTables>()
  const some = tables.selectFrom('idempotency_key').select('id').where('expires_at', '<=', now).limit(most)
  const deleted = await tables.deleteFrom('idempotency_key').where('id', 'in', some).executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}
