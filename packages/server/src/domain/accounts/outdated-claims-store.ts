import type { Queries } from '../../platform/database/database.ts'

type OutdatedTables = {
  outdated_claims: { id: string; account_id: string | null; role: string | null; after_account_id: string }
}

/** Whose claims are outdated: one account's, or those of all accounts with a role. */
export type OutdatedClaims =
  | { readonly id: string; readonly accountId: string }
  | {
      readonly id: string
      readonly role: string
      /** Accounts up to this id are done. */
      readonly afterAccountId: string
    }

export async function insertOutdated(
  sql: Queries,
  outdated: { readonly id: string } & ({ readonly accountId: string } | { readonly role: string }),
): Promise<void> {
  await sql
    .withTables<OutdatedTables>()
    .insertInto('outdated_claims')
    .values({
      id: outdated.id,
      account_id: 'accountId' in outdated ? outdated.accountId : null,
      role: 'role' in outdated ? outdated.role : null,
      after_account_id: '',
    })
    .execute()
}

export async function selectOutdatedIds(sql: Queries): Promise<string[]> {
  const rows = await sql.withTables<OutdatedTables>().selectFrom('outdated_claims').select('id').orderBy('id').execute()
  return rows.map(({ id }) => id)
}

/** One of them, which nobody else works at until the transaction ends; absent when somebody has been faster. */
export async function lockOutdated(sql: Queries, id: string): Promise<OutdatedClaims | undefined> {
  const row = await sql
    .withTables<OutdatedTables>()
    .updateTable('outdated_claims')
    .set(({ ref }) => ({ role: ref('role') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (!row) return undefined
  return row.role === null
    ? { id, accountId: row.account_id ?? '' }
    : { id, role: row.role, afterAccountId: row.after_account_id }
}

export async function updateProgress(sql: Queries, id: string, afterAccountId: string): Promise<void> {
  await sql
    .withTables<OutdatedTables>()
    .updateTable('outdated_claims')
    .set({ after_account_id: afterAccountId })
    .where('id', '=', id)
    .execute()
}

export async function deleteOutdated(sql: Queries, id: string): Promise<void> {
  await sql.withTables<OutdatedTables>().deleteFrom('outdated_claims').where('id', '=', id).execute()
}
