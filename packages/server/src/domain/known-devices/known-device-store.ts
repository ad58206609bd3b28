import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

/** `forget_at` is null for what is kept as long as the account: so the index of what is to go never holds it. */
type KnownDeviceTables = {
  known_device: { account_id: string; mark: string; seen_at: number; forget_at: number | null }
}

export interface Sight {
  readonly mark: string
  /** Undefined: as long as the account. */
  readonly keptMilliseconds: number | undefined
}

/** When each mark of an account was seen the latest. */
export async function selectSights(
  sql: Queries,
  accountId: string,
  marks: readonly string[],
): Promise<ReadonlyMap<string, EpochMilliseconds>> {
  const rows = await sql
    .withTables<KnownDeviceTables>()
    .selectFrom('known_device')
    .select(['mark', 'seen_at'])
    .where('account_id', '=', accountId)
    .where('mark', 'in', marks)
    .execute()
  return new Map(rows.map(({ mark, seen_at }) => [mark, seen_at]))
}

export async function upsertSights(
  sql: Queries,
  accountId: string,
  sights: readonly Sight[],
  seenAt: EpochMilliseconds,
): Promise<void> {
  const rows = sights.map(({ mark, keptMilliseconds }) => ({
    account_id: accountId,
    mark,
    seen_at: seenAt,
    forget_at: keptMilliseconds === undefined ? null : seenAt + keptMilliseconds,
  }))
  await sql
    .withTables<KnownDeviceTables>()
    .insertInto('known_device')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'mark']).doUpdateSet(({ ref }) => ({
        seen_at: ref('excluded.seen_at'),
        forget_at: ref('excluded.forget_at'),
      })),
    )
    .execute()
}

export async function deleteSights(sql: Queries, accountId: string, exceptMark: string): Promise<void> {
  await sql
    .withTables<KnownDeviceTables>()
    .deleteFrom('known_device')
    .where('account_id', '=', accountId)
    .where('mark', '!=', exceptMark)
    .execute()
}

/** Deletes some; returns how many. */
export async function deleteForgotten(sql: Queries, now: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<KnownDeviceTables>()
  const forgotten = tables
    .selectFrom('known_device')
    .select(['account_id', 'mark'])
    .where('forget_at', '<', now)
    .limit(most)
    .$asTuple('account_id', 'mark')
  const deleted = tables
    .deleteFrom('known_device')
    .where(({ eb, refTuple }) => eb(refTuple('account_id', 'mark'), 'in', forgotten))
    .where('forget_at', '<', now)
  return Number((await deleted.executeTakeFirstOrThrow()).numDeletedRows)
}

export async function deleteAllSights(sql: Queries, accountId: string): Promise<void> {
  await sql.withTables<KnownDeviceTables>().deleteFrom('known_device').where('account_id', '=', accountId).execute()
}
