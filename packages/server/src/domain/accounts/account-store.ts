import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { compileOnce } from '../../platform/database/compile-once.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Account } from './account.ts'

type AccountTables = {
  account: {
    id: string
    username: string
    email: string | null
    email_verified_at: number | null
    created_at: number
    disabled_at: number | null
    locked_at: number | null
    delete_after: number | null
    purge_started_at: number | null
  }
  // One namespace for all that may be typed to log in: nobody's user name is another's e-mail address.
  account_identifier: { value: string; account_id: string }
  account_role: { account_id: string; role: string }
}

/** Takes the identifier for the account. False, and nothing written, when it is taken already. */
export async function insertIdentifier(sql: Queries, value: string, accountId: string): Promise<boolean> {
  const inserted = await sql
    .withTables<AccountTables>()
    .insertInto('account_identifier')
    .values({ value, account_id: accountId })
    .onConflict((conflict) => conflict.column('value').doNothing())
    .returning('value')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function deleteIdentifier(sql: Queries, value: string): Promise<void> {
  await sql.withTables<AccountTables>().deleteFrom('account_identifier').where('value', '=', value).execute()
}

export function insertAccount(sql: Queries, account: Account): Promise<void> {
  return insertAccounts(sql, [account])
}

/** Two statements and no join: names and accounts are spread by different columns. As many whether there is such an account or not. */
export async function selectAccountByIdentifier(sql: Queries, value: string): Promise<Account | undefined> {
  const row = await sql
    .withTables<AccountTables>()
    .selectFrom('account_identifier')
    .select('account_id')
    .where('value', '=', value)
    .executeTakeFirst()
  return selectAccount(sql, row?.account_id ?? NOBODY)
}

/** The id of no account. */
const NOBODY = ''

const readAccount = compileOnce((sql, { id }: { id: string }) =>
  sql
    .withTables<AccountTables>()
    .selectFrom('account')
    .leftJoin('account_role', 'account_role.account_id', 'account.id')
    .selectAll('account')
    .select('account_role.role')
    .where('account.id', '=', id),
)

export async function selectAccount(sql: Queries, id: string): Promise<Account | undefined> {
  return toAccount(await readAccount(sql, { id }))
}

export async function selectNewestAccounts(sql: Queries, limit: number): Promise<Account[]> {
  const rows = await sql
    .withTables<AccountTables>()
    .selectFrom('account')
    .select('id')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  const accounts = await selectAccounts(
    sql,
    rows.map(({ id }) => id),
  )
  return rows.flatMap(({ id }) => accounts.get(id) ?? [])
}

/** Those of these ids that there are. */
export async function selectAccounts(sql: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, Account>> {
  if (ids.length === 0) return new Map()
  const tables = sql.withTables<AccountTables>()
  // Two look-ups and no join: PostgreSQL joins by reading all roles until it has statistics, which it has not just after an import.
  const rows = await tables.selectFrom('account').selectAll().where('id', 'in', ids).execute()
  const roles = await tables.selectFrom('account_role').selectAll().where('account_id', 'in', ids).execute()
  const rolesOf = Map.groupBy(roles, ({ account_id }) => account_id)
  const found = rows.flatMap((row) => {
    const own = rolesOf.get(row.id)?.map(({ role }) => ({ ...row, role })) ?? [{ ...row, role: null }]
    return toAccount(own) ?? []
  })
  return new Map(found.map((account) => [account.id, account]))
}

/** Keeps the row as it is until the transaction ends, waiting for whoever changes it. An update that changes nothing, since SQLite has no SELECT … FOR UPDATE. */
export async function lockRow(sql: Queries, id: string): Promise<void> {
  await sql
    .withTables<AccountTables>()
    .updateTable('account')
    .set(({ ref }) => ({ disabled_at: ref('disabled_at') }))
    .where('id', '=', id)
    .execute()
}

/** Whether the account changed: it exists and was not in this state already. */
export async function updateDisabledAt(sql: Queries, id: string, at: EpochMilliseconds): Promise<boolean> {
  const changed = await sql
    .withTables<AccountTables>()
    .updateTable('account')
    .set({ disabled_at: at })
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

/** Clears what keeps it from logging in, whoever did that. Whether the account changed. */
export async function clearDisabledAt(sql: Queries, id: string): Promise<boolean> {
  const changed = await sql
    .withTables<AccountTables>()
    .updateTable('account')
    .set({ disabled_at: null, locked_at: null })
    .where('id', '=', id)
    .where((where) => where.or([where('disabled_at', 'is not', null), where('locked_at', 'is not', null)]))
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

/** Whether the account changed: it exists and was not in this state already. */
export async function updateLockedAt(sql: Queries, id: string, at: EpochMilliseconds | undefined): Promise<boolean> {
  const changed = await sql
    .withTables<AccountTables>()
    .updateTable('account')
    .set({ locked_at: at ?? null })
    .where('id', '=', id)
    .where('locked_at', at === undefined ? 'is not' : 'is', null)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

export async function updateUsername(sql: Queries, id: string, username: string): Promise<void> {
  await sql.withTables<AccountTables>().updateTable('account').set({ username }).where('id', '=', id).execute()
}

export async function updateEmail(
  sql: Queries,
  id: string,
  { email, verifiedAt }: { readonly email: string; readonly verifiedAt: EpochMilliseconds },
): Promise<void> {
  await sql
    .withTables<AccountTables>()
    .updateTable('account')
    .set({ email, email_verified_at: verifiedAt })
    .where('id', '=', id)
    .execute()
}

/** Whether the account changed: it has an address, which was not in this state already. */
export async function updateEmailVerifiedAt(
  sql: Queries,
  id: string,
  at: EpochMilliseconds | undefined,
): Promise<boolean> {
  const changed = await sql
    .withTables<AccountTables>()
    .updateTable('account')
    .set({ email_verified_at: at ?? null })
    .where('id', '=', id)
    .where('email', 'is not', null)
    .where('email_verified_at', at === undefined ? 'is not' : 'is', null)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

/** Whether the account gained it: false when it had it. */
export async function insertRole(sql: Queries, accountId: string, role: string): Promise<boolean> {
  const inserted = await sql
    .withTables<AccountTables>()
    .insertInto('account_role')
    .values({ account_id: accountId, role })
    .onConflict((conflict) => conflict.columns(['account_id', 'role']).doNothing())
    .returning('role')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Whether the account lost it: false when it had it not. */
export async function deleteRole(sql: Queries, accountId: string, role: string): Promise<boolean> {
  const deleted = await sql
    .withTables<AccountTables>()
    .deleteFrom('account_role')
    .where('account_id', '=', accountId)
    .where('role', '=', role)
    .returning('role')
    .executeTakeFirst()
  return deleted !== undefined
}

const readRoleNames = compileOnce((sql, { accountId }: { accountId: string }) =>
  sql.withTables<AccountTables>().selectFrom('account_role').select('role').where('account_id', '=', accountId),
)

export async function selectRoleNames(sql: Queries, accountId: string): Promise<string[]> {
  const rows = await readRoleNames(sql, { accountId })
  return rows.map(({ role }) => role)
}

/** Accounts that have a role, by their ids, after one of them. */
export async function selectAccountsWithRole(
  sql: Queries,
  role: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const rows = await sql
    .withTables<AccountTables>()
    .selectFrom('account_role')
    .select('account_id')
    .where('role', '=', role)
    .where('account_id', '>', after)
    .orderBy('account_id')
    .limit(limit)
    .execute()
  return rows.map(({ account_id }) => account_id)
}

/** Whether an account that may log in, and stays, has a role. @param otherThan not this one */
export async function selectHasRole(sql: Queries, role: string, otherThan = ''): Promise<boolean> {
  const row = await sql
    .withTables<AccountTables>()
    .selectFrom('account_role')
    .innerJoin('account', 'account.id', 'account_role.account_id')
    .select('account.id')
    .where('account_role.role', '=', role)
    .where('account_role.account_id', '!=', otherThan)
    .where('account.disabled_at', 'is', null)
    .where('account.locked_at', 'is', null)
    .where('account.delete_after', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Takes a role from the accounts within (after, upTo]. */
export async function deleteRoleOfAccounts(
  sql: Queries,
  role: string,
  { after, upTo }: { readonly after: string; readonly upTo: string },
): Promise<void> {
  await sql
    .withTables<AccountTables>()
    .deleteFrom('account_role')
    .where('role', '=', role)
    .where('account_id', '>', after)
    .where('account_id', '<=', upTo)
    .execute()
}

export async function selectIdentifiers(sql: Queries, accountId: string): Promise<string[]> {
  const rows = await sql
    .withTables<AccountTables>()
    .selectFrom('account_identifier')
    .select('value')
    .where('account_id', '=', accountId)
    .orderBy('value')
    .execute()
  return rows.map(({ value }) => value)
}

/** Whether the account is marked now and was not before. */
export async function updateDeletion(sql: Queries, id: string, deleteAfter: EpochMilliseconds): Promise<boolean> {
  const changed = await sql
    .withTables<AccountTables>()
    .updateTable('account')
    .set({ delete_after: deleteAfter })
    .where('id', '=', id)
    .where('delete_after', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

/** Whether the account was marked and is so no more. */
export async function clearDeletion(sql: Queries, id: string): Promise<boolean> {
  const changed = await sql
    .withTables<AccountTables>()
    .updateTable('account')
    .set({ delete_after: null })
    .where('id', '=', id)
    .where('delete_after', 'is not', null)
    .where('purge_started_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

/** Whether the account is marked, its moment has come, and nothing holds it; once begun, always. */
export async function updatePurgeStart(
  sql: Queries,
  id: string,
  { now, evenIfDisabled }: { readonly now: EpochMilliseconds; readonly evenIfDisabled: boolean },
): Promise<boolean> {
  let update = sql
    .withTables<AccountTables>()
    .updateTable('account')
    .set({ purge_started_at: now })
    .where('id', '=', id)
    .where('delete_after', '<=', now)
  if (!evenIfDisabled)
    update = update.where((where) =>
      where.or([
        where.and([where('disabled_at', 'is', null), where('locked_at', 'is', null)]),
        where('purge_started_at', 'is not', null),
      ]),
    )
  return (await update.returning('id').executeTakeFirst()) !== undefined
}

export async function selectDue(sql: Queries, now: EpochMilliseconds, most: number): Promise<string[]> {
  const rows = await sql
    .withTables<AccountTables>()
    .selectFrom('account')
    .select('id')
    .where('delete_after', '<=', now)
    .where((where) =>
      where.or([
        where.and([where('disabled_at', 'is', null), where('locked_at', 'is', null)]),
        where('purge_started_at', 'is not', null),
      ]),
    )
    .orderBy('delete_after')
    .limit(most)
    .execute()
  return rows.map(({ id }) => id)
}

/** Whether this call deleted it. */
export async function deleteRows(sql: Queries, id: string): Promise<boolean> {
  const tables = sql.withTables<AccountTables>()
  await tables.deleteFrom('account_role').where('account_id', '=', id).execute()
  await tables.deleteFrom('account_identifier').where('account_id', '=', id).execute()
  const deleted = await tables.deleteFrom('account').where('id', '=', id).returning('id').executeTakeFirst()
  return deleted !== undefined
}

type AccountRow = AccountTables['account'] & { role: string | null }

function toAccount(rows: readonly AccountRow[]): Account | undefined {
  const [row] = rows
  if (row === undefined) return undefined
  return {
    id: row.id,
    username: row.username,
    email: row.email ?? undefined,
    emailVerifiedAt: row.email_verified_at ?? undefined,
    roles: rows.flatMap(({ role }) => (role === null ? [] : [role])).sort(),
    createdAt: row.created_at,
    disabledAt: row.disabled_at ?? row.locked_at ?? undefined,
    disabledBy: row.disabled_at !== null ? 'operator' : row.locked_at !== null ? 'owner' : undefined,
    deleteAfter: row.delete_after ?? undefined,
  }
}

/** Which of these are taken. */
export async function selectTakenIdentifiers(sql: Queries, values: readonly string[]): Promise<string[]> {
  if (values.length === 0) return []
  const rows = await sql
    .withTables<AccountTables>()
    .selectFrom('account_identifier')
    .select('value')
    .where('value', 'in', values)
    .execute()
  return rows.map(({ value }) => value)
}

/** Takes them all; how many were still free. */
export async function insertIdentifiers(
  sql: Queries,
  identifiers: readonly { readonly value: string; readonly accountId: string }[],
): Promise<number> {
  const inserted = await sql
    .withTables<AccountTables>()
    .insertInto('account_identifier')
    .values(identifiers.map(({ value, accountId }) => ({ value, account_id: accountId })))
    .onConflict((conflict) => conflict.column('value').doNothing())
    .returning('value')
    .execute()
  return inserted.length
}

export async function insertAccounts(sql: Queries, accounts: readonly Account[]): Promise<void> {
  const tables = sql.withTables<AccountTables>()
  await tables.insertInto('account').values(accounts.map(toRow)).execute()
  const roles = accounts.flatMap(({ id, roles: names }) => names.map((role) => ({ account_id: id, role })))
  if (roles.length > 0) await tables.insertInto('account_role').values(roles).execute()
}

function toRow(account: Account): AccountTables['account'] {
  return {
    id: account.id,
    username: account.username,
    email: account.email ?? null,
    email_verified_at: account.emailVerifiedAt ?? null,
    created_at: account.createdAt,
    disabled_at: account.disabledBy === 'operator' ? (account.disabledAt ?? null) : null,
    locked_at: account.disabledBy === 'owner' ? (account.disabledAt ?? null) : null,
    delete_after: account.deleteAfter ?? null,
    purge_started_at: null,
  }
}
