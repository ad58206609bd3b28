import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { PasswordHash } from './password-hash.ts'

type PasswordTables = {
  password: { account_id: string; hash: PasswordHash; set_at: number }
}

export async function upsertPassword(
  sql: Queries,
  accountId: string,
  hash: PasswordHash,
  setAt: EpochMilliseconds,
): Promise<void> {
  await sql
    .withTables<PasswordTables>()
    .insertInto('password')
    .values({ account_id: accountId, hash, set_at: setAt })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ hash, set_at: setAt }))
    .execute()
}

/** Whether the hash was still the old one, and so was replaced. */
export async function updateHash(
  sql: Queries,
  accountId: string,
  oldHash: PasswordHash,
  newHash: PasswordHash,
): Promise<boolean> {
  const changed = await sql
    .withTables<PasswordTables>()
    .updateTable('password')
    .set({ hash: newHash })
    .where('account_id', '=', accountId)
    .where('hash', '=', oldHash)
    .returning('account_id')
    .executeTakeFirst()
  return changed !== undefined
}

/** An account's password, as far as we know it. */
export interface StoredPassword {
  readonly hash: PasswordHash
  /** When its owner chose it; a stronger hash of the same password keeps it. */
  readonly setAt: EpochMilliseconds
}

/** Whether there was one. */
export async function deletePassword(sql: Queries, accountId: string): Promise<boolean> {
  const deleted = await sql
    .withTables<PasswordTables>()
    .deleteFrom('password')
    .where('account_id', '=', accountId)
    .returning('account_id')
    .executeTakeFirst()
  return deleted !== undefined
}

export async function selectPassword(sql: Queries, accountId: string): Promise<StoredPassword | undefined> {
  const row = await sql
    .withTables<PasswordTables>()
    .selectFrom('password')
    .select(['hash', 'set_at'])
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row && { hash: row.hash, setAt: row.set_at }
}

/** The password of the first account from this id on, in the order of ids. */
export async function selectPasswordFrom(
  sql: Queries,
  accountId: string,
): Promise<{ readonly accountId: string; readonly password: StoredPassword } | undefined> {
  const row = await sql
    .withTables<PasswordTables>()
    .selectFrom('password')
    .select(['account_id', 'hash', 'set_at'])
    .where('account_id', '>=', accountId)
    .orderBy('account_id')
    .limit(1)
    .executeTakeFirst()
  return row && { accountId: row.account_id, password: { hash: row.hash, setAt: row.set_at } }
}
