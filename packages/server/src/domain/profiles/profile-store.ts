import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Profile, StoredProfile } from './profile.ts'

type ProfileTables = {
  account_profile: {
    account_id: string
    claims: string
    updated_at: number
  }
}

export async function selectProfile(sql: Queries, accountId: string): Promise<StoredProfile | undefined> {
  const row = await sql
    .withTables<ProfileTables>()
    .selectFrom('account_profile')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row && { profile: JSON.parse(row.claims), updatedAt: row.updated_at }
}

export async function deleteProfile(sql: Queries, accountId: string): Promise<void> {
  await sql.withTables<ProfileTables>().deleteFrom('account_profile').where('account_id', '=', accountId).execute()
}

export async function upsertProfile(
  sql: Queries,
  accountId: string,
  profile: Profile,
  now: EpochMilliseconds,
): Promise<void> {
  const stored = { claims: JSON.stringify(profile), updated_at: now }
  await sql
    .withTables<ProfileTables>()
    .insertInto('account_profile')
    .values({ account_id: accountId, ...stored })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(stored))
    .execute()
}
