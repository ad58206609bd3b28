import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { AccountState } from './page-accounts.ts'

type AccountTables = {
  account: {
    id: string
    created_at: number
    disabled_at: number | null
    locked_at: number | null
    delete_after: number | null
  }
  account_identifier: { value: string; account_id: string }
  account_role: { account_id: string; role: string }
}

/** Behind every text that begins with the prefix: no name holds this code point. */
const LAST_CODE_POINT = '\u{10ffff}'

/** Names that begin so, with whose they are: user names and addresses. */
export async function selectByNamePrefix(
  sql: Queries,
  prefix: string,
  { after = '', most }: { readonly after: string | undefined; readonly most: number },
): Promise<readonly { readonly accountId: string; readonly name: string }[]> {
  const rows = await sql
    .withTables<AccountTables>()
    .selectFrom('account_identifier')
    .select(['account_id', 'value'])
    .where('value', '>=', prefix)
    .where('value', '<', prefix + LAST_CODE_POINT)
    .where('value', '>', after)
    .orderBy('value')
    .limit(most)
    .execute()
  return rows.map(({ account_id: accountId, value: name }) => ({ accountId, name }))
}

/** Ids of accounts that begin so. */
export async function selectByIdPrefix(
  sql: Queries,
  prefix: string,
  { after = '', most }: { readonly after: string | undefined; readonly most: number },
): Promise<string[]> {
  const rows = await sql
    .withTables<AccountTables>()
    .selectFrom('account')
    .select('id')
    .where('id', '>=', prefix)
    .where('id', '<', prefix + LAST_CODE_POINT)
    .where('id', '>', after)
    .orderBy('id')
    .limit(most)
    .execute()
  return rows.map(({ id }) => id)
}

export interface CreationKey {
  readonly createdAt: EpochMilliseconds
  readonly id: string
}

/** The latest first, in this state or in any. */
export async function selectLatest(
  sql: Queries,
  state: AccountState | undefined,
  { after, most }: { readonly after: CreationKey | undefined; readonly most: number },
): Promise<readonly CreationKey[]> {
  let query = sql.withTables<AccountTables>().selectFrom('account').select(['id', 'created_at'])
  if (state === 'disabled') query = query.where('disabled_at', 'is not', null)
  if (state === 'locked') query = query.where('locked_at', 'is not', null)
  if (state === 'deleting') query = query.where('delete_after', 'is not', null)
  if (state === 'active')
    query = query.where('disabled_at', 'is', null).where('locked_at', 'is', null).where('delete_after', 'is', null)
  if (after !== undefined)
    query = query
      .where('created_at', '<=', after.createdAt)
      .where((where) => where.or([where('created_at', '<', after.createdAt), where('id', '<', after.id)]))
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(most).execute()
  return rows.map(({ id, created_at: createdAt }) => ({ id, createdAt }))
}
