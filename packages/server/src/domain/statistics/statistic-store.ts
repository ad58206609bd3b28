import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Resolution } from './resolution.ts'

type StatisticTables = {
  statistic: {
    resolution: Resolution
    /** When the minute or hour begins. */
    at: EpochMilliseconds
    name: string
    value: number
  }
}

export interface StatisticRow {
  readonly at: EpochMilliseconds
  readonly name: string
  readonly value: number
}

/** Adds to what is there. The rows come in one order from every instance, so that none of two waits for the other. */
export async function addToStatistics(
  sql: Queries,
  resolution: Resolution,
  at: EpochMilliseconds,
  counts: readonly (readonly [name: string, count: number])[],
): Promise<void> {
  if (counts.length === 0) return
  const rows = counts
    .map(([name, value]) => ({ resolution, at, name, value }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
  await sql
    .withTables<StatisticTables>()
    .insertInto('statistic')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['resolution', 'at', 'name'])
        .doUpdateSet(({ eb, ref }) => ({ value: eb(ref('statistic.value'), '+', ref('excluded.value')) })),
    )
    .execute()
}

/** Writes what was measured; what another instance has written in the meantime stays. */
export async function insertMeasured(
  sql: Queries,
  resolution: Resolution,
  at: EpochMilliseconds,
  measured: readonly (readonly [name: string, value: number])[],
): Promise<void> {
  await sql
    .withTables<StatisticTables>()
    .insertInto('statistic')
    .values(measured.map(([name, value]) => ({ resolution, at, name, value })))
    .onConflict((conflict) => conflict.columns(['resolution', 'at', 'name']).doNothing())
    .execute()
}

export async function hasStatistic(
  sql: Queries,
  { resolution, at, name }: { readonly resolution: Resolution; readonly at: EpochMilliseconds; readonly name: string },
): Promise<boolean> {
  const row = await sql
    .withTables<StatisticTables>()
    .selectFrom('statistic')
    .select('name')
    .where('resolution', '=', resolution)
    .where('at', '=', at)
    .where('name', '=', name)
    .executeTakeFirst()
  return row !== undefined
}

/** Minutes or hours within [from, to). */
export interface StatisticSpan {
  readonly resolution: Resolution
  readonly from: EpochMilliseconds
  readonly to: EpochMilliseconds
}

/** What was counted and measured, added up in steps that begin at `from`. */
export async function sumStatistics(
  sql: Queries,
  { resolution, from, to, stepMilliseconds }: StatisticSpan & { readonly stepMilliseconds: number },
): Promise<readonly StatisticRow[]> {
  const rows = await sql
    .withTables<StatisticTables>()
    .selectFrom((outer) =>
      outer
        .selectFrom('statistic')
        .select(({ eb }) => [
          'name',
          'value',
          eb('at', '-', eb.parens(eb(eb.parens('at', '-', from), '%', stepMilliseconds))).as('step'),
        ])
        .where('resolution', '=', resolution)
        .where('at', '>=', from)
        .where('at', '<', to)
        .as('counted'),
    )
    .select(({ fn }) => ['step', 'name', fn.sum<number | string>('value').as('sum')])
    .groupBy(['step', 'name'])
    .execute()
  return rows.map(({ step, name, sum }) => ({ at: Number(step), name, value: Number(sum) }))
}

/** What was measured, in the order of time. */
export async function selectMeasured(
  sql: Queries,
  { resolution, from, to, name }: StatisticSpan & { readonly name: string },
): Promise<readonly StatisticRow[]> {
  return sql
    .withTables<StatisticTables>()
    .selectFrom('statistic')
    .select(['at', 'name', 'value'])
    .where('resolution', '=', resolution)
    .where('at', '>=', from)
    .where('at', '<', to)
    .where('name', '=', name)
    .orderBy('at')
    .execute()
}

/** What was measured first from a moment on. */
export async function selectFirstMeasured(
  sql: Queries,
  {
    resolution,
    from,
    name,
  }: { readonly resolution: Resolution; readonly from: EpochMilliseconds; readonly name: string },
): Promise<StatisticRow | undefined> {
  return sql
    .withTables<StatisticTables>()
    .selectFrom('statistic')
    .select(['at', 'name', 'value'])
    .where('resolution', '=', resolution)
    .where('at', '>=', from)
    .where('name', '=', name)
    .orderBy('at')
    .limit(1)
    .executeTakeFirst()
}

/** Deletes some that are older than a moment: so many minutes or hours at most. */
export async function deleteStatistics(
  sql: Queries,
  resolution: Resolution,
  { before, most }: { readonly before: EpochMilliseconds; readonly most: number },
): Promise<void> {
  const tables = sql.withTables<StatisticTables>()
  const old = tables
    .selectFrom('statistic')
    .select('at')
    .distinct()
    .where('resolution', '=', resolution)
    .where('at', '<', before)
    .orderBy('at')
    .limit(most)
  await tables.deleteFrom('statistic').where('resolution', '=', resolution).where('at', 'in', old).execute()
}
