import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

type KnownDeviceTables = { known_device: { account_id: string; mark: string; seen_at: number } }

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
  marks: readonly string[],
  seenAt: EpochMilliseconds,
): Promise<void> {
  await sql
    .withTables<KnownDeviceTables>()
    .insertInto('known_device')
    .values(marks.map((mark) => ({ account_id: accountId, mark, seen_at: seenAt })))
    .onConflict((conflict) => conflict.columns(['account_id', 'mark']).doUpdateSet({ seen_at: seenAt }))
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

export async function deleteSightsBefore(sql: Queries, moment: EpochMilliseconds, exceptMark: string): Promise<void> {
  await sql
    .withTables<KnownDeviceTables>()
    .deleteFrom('known_device')
    .where('seen_at', '<', moment)
    .where('mark', '!=', exceptMark)
    .execute()
}

export async function deleteAllSights(sql: Queries, accountId: string): Promise<void> {
  await sql.withTables<KnownDeviceTables>().deleteFrom('known_device').where('account_id', '=', accountId).execute()
}
