import type { Queries } from '../../platform/database/database.ts'
import type { Account } from './account.ts'
import { selectByIdPrefix, selectByNamePrefix, selectLatest } from './account-page-store.ts'
import { selectAccounts, selectAccountsWithRole } from './account-store.ts'
import { canonicalLoginName } from './canonical-login-name.ts'

export const accountStates = ['active', 'disabled', 'locked', 'deleting'] as const
/** Whether an account can be logged in to: an operator disabled it, its owner locked it, or it waits to be deleted. */
export type AccountState = (typeof accountStates)[number]

/** Which accounts, and which of them. */
export interface AccountSearch {
  /** What a name, an address or the id begins with. Absent: anything. */
  readonly prefix?: string | undefined
  readonly role?: string | undefined
  readonly state?: AccountState | undefined
  /** Where the page before ended. */
  readonly after?: readonly string[] | undefined
  readonly limit: number
}

export interface AccountsFound {
  readonly accounts: readonly Account[]
  /** Where the next page begins; undefined: there is none. */
  readonly next: readonly string[] | undefined
}

/** So many are looked at for a page: whatever is asked for, it costs no more. */
const MOST_LOOKED_AT = 1000
/** A user name and an address. */
const MOST_NAMES = 2

/**
 * A page of accounts. By a prefix they are sorted by name, by a role by id, and otherwise the latest come first. A page may be short, or empty,
 * and have a next one: where few of many fit.
 */
export async function pageAccounts(sql: Queries, search: AccountSearch): Promise<AccountsFound> {
  const { limit } = search
  const most = isFiltered(search) ? MOST_LOOKED_AT : limit * (search.prefix === undefined ? 1 : MOST_NAMES)
  const found = await findCandidates(sql, search, most + 1)
  const candidates = found.slice(0, most)
  const accounts = await selectAccounts(
    sql,
    candidates.map(({ id }) => id),
  )
  const fitting = candidates.flatMap(({ id, key, name }) => {
    const account = accounts.get(id)
    return account !== undefined && fits(account, search) && isFirst(account, search, name) ? [{ account, key }] : []
  })
  const page = fitting.slice(0, limit)
  const last = fitting.length > limit ? page.at(-1)?.key : undefined
  const end = found.length > most ? candidates.at(-1)?.key : undefined
  return { accounts: page.map(({ account }) => account), next: last ?? end }
}

/** Whether of those that are found by an index some may not fit. */
function isFiltered({ prefix, role, state }: AccountSearch): boolean {
  return prefix === undefined ? role !== undefined && state !== undefined : (role ?? state) !== undefined
}

export function stateOf({ disabledBy, deleteAfter }: Account): AccountState {
  if (deleteAfter !== undefined) return 'deleting'
  if (disabledBy === undefined) return 'active'
  return disabledBy === 'operator' ? 'disabled' : 'locked'
}

/** Whether it is by the first of its names that it is found: it is found by each. */
function isFirst({ username, email }: Account, { prefix = '' }: AccountSearch, name: string | undefined): boolean {
  if (name === undefined) return true
  const names = [username, email ?? username].map(canonicalLoginName)
  return !names.some((other) => other < name && other.startsWith(canonicalLoginName(prefix)))
}

/** An account that an operator disabled may wait to be deleted as well: it is in both states. */
function fits(account: Account, { role, state }: Pick<AccountSearch, 'role' | 'state'>): boolean {
  if (role !== undefined && !account.roles.includes(role)) return false
  if (state === undefined || stateOf(account) === state) return true
  return state === 'disabled' ? account.disabledBy === 'operator' : state === 'locked' && account.disabledBy === 'owner'
}

interface Candidate {
  readonly id: string
  /** By which it was found. */
  readonly name?: string
  readonly key: readonly string[]
}

async function findCandidates(sql: Queries, search: AccountSearch, most: number): Promise<readonly Candidate[]> {
  const { prefix, role, state, after: [kind, ...after] = [] } = search
  if (prefix !== undefined) return findByPrefix(sql, prefix, { kind, after: after[0], most })
  if (role !== undefined) {
    const ids = await selectAccountsWithRole(sql, role, { after: after[0] ?? '', limit: most })
    return ids.map((id) => ({ id, key: ['role', id] }))
  }
  const [createdAt, id = ''] = after
  const key = createdAt === undefined ? undefined : { createdAt: Number(createdAt), id }
  const latest = await selectLatest(sql, state, { after: key, most })
  return latest.map((found) => ({ id: found.id, key: ['latest', String(found.createdAt), found.id] }))
}

/** What looks like an id is searched for among the ids first, and among names where there is none. */
async function findByPrefix(
  sql: Queries,
  prefix: string,
  {
    kind,
    after,
    most,
  }: { readonly kind: string | undefined; readonly after: string | undefined; readonly most: number },
): Promise<readonly Candidate[]> {
  const trimmed = prefix.trim()
  if (trimmed.startsWith('acc_') && kind !== 'name') {
    const ids = await selectByIdPrefix(sql, trimmed, { after, most })
    if (ids.length > 0 || kind === 'id') return ids.map((id) => ({ id, key: ['id', id] }))
  }
  const named = await selectByNamePrefix(sql, canonicalLoginName(prefix), { after, most })
  return named.map(({ accountId: id, name }) => ({ id, name, key: ['name', name] }))
}
