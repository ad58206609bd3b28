import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { FailureCount } from './throttle-limits.ts'

type ThrottleTables = {
  throttle: { key: string; failures: number; last_failure_at: number; forget_at: number }
}

export type ThrottleRow = FailureCount & { readonly key: string }

export async function selectRows(sql: Queries, keys: readonly string[]): Promise<readonly ThrottleRow[]> {
  const rows = await sql
    .withTables<ThrottleTables>()
    .selectFrom('throttle')
    .selectAll()
    .where('key', 'in', keys)
    .execute()
  return rows.map(toThrottleRow)
}

/**
 * Reads a row and keeps it until the end of the transaction, waiting for whoever is changing it: the count then has every failure
 * in it. An update that changes nothing, since SQLite has no SELECT … FOR UPDATE.
 */
export async function lockRow(sql: Queries, key: string): Promise<ThrottleRow | undefined> {
  const row = await sql
    .withTables<ThrottleTables>()
    .updateTable('throttle')
    .set(({ ref }) => ({ failures: ref('failures') }))
    .where('key', '=', key)
    .returningAll()
    .executeTakeFirst()
  return row && toThrottleRow(row)
}

/** Makes rows that count nothing where there are none, so that they can be locked. */
export async function insertMissing(
  sql: Queries,
  keys: readonly { readonly key: string; readonly forgetAt: EpochMilliseconds }[],
): Promise<void> {
  await sql
    .withTables<ThrottleTables>()
    .insertInto('throttle')
    .values(keys.map(({ key, forgetAt }) => ({ key, failures: 0, last_failure_at: 0, forget_at: forgetAt })))
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
}

/** Adds one failure to each key, or begins at one where all was forgotten; atomic under concurrency. Keys in one order everywhere: no deadlock. */
export async function addFailures(
  sql: Queries,
  now: EpochMilliseconds,
  keys: readonly { readonly key: string; readonly forgetAt: EpochMilliseconds }[],
): Promise<void> {
  await sql
    .withTables<ThrottleTables>()
    .insertInto('throttle')
    .values(keys.map(({ key, forgetAt }) => ({ key, failures: 1, last_failure_at: now, forget_at: forgetAt })))
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet(({ eb, ref }) => ({
        failures: eb
          .case()
          .when('throttle.forget_at', '<=', ref('excluded.last_failure_at'))
          .then(1)
          .else(eb('throttle.failures', '+', 1))
          .end(),
        last_failure_at: ref('excluded.last_failure_at'),
        forget_at: ref('excluded.forget_at'),
      })),
    )
    .execute()
}

/** Remembers a key that counts nothing. */
export async function upsertKnown(sql: Queries, key: string, forgetAt: EpochMilliseconds): Promise<void> {
  await sql
    .withTables<ThrottleTables>()
    .insertInto('throttle')
    .values({ key, failures: 0, last_failure_at: 0, forget_at: forgetAt })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ forget_at: forgetAt }))
    .execute()
}

export async function deleteRow(sql: Queries, key: string): Promise<void> {
  await sql.withTables<ThrottleTables>().deleteFrom('throttle').where('key', '=', key).execute()
}

/** Deletes some; returns how many. */
export async function deleteForgotten(sql: Queries, now: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<ThrottleTables>()
  const forgotten = tables.selectFrom('throttle').select('key').where('forget_at', '<=', now).limit(most)
  const deleted = tables.deleteFrom('throttle').where('key', 'in', forgotten).where('forget_at', '<=', now)
  return Number((await deleted.executeTakeFirstOrThrow()).numDeletedRows)
}

function toThrottleRow(row: ThrottleTables['throttle']): ThrottleRow {
  return { key: row.key, failures: row.failures, lastFailureAt: row.last_failure_at, forgetAt: row.forget_at }
}
