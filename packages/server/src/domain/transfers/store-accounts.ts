import type { Database, Transaction } from '../../platform/database/database.ts'
import { DatabaseError } from '../../platform/database/database-error.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { CreatedAccount } from '../accounts/create-account.ts'
import { createAccounts, NameTakenMeanwhile } from '../accounts/create-accounts.ts'
import type { PasswordHash } from '../credentials/password-hash.ts'
import { findOrganizations } from '../organizations/find-organization.ts'
import { lockOrganizationRole } from '../roles/lock-role.ts'
import { ADMIN_ROLE } from '../roles/role.ts'
import { sealImportedTotp } from '../totp/totp.ts'
import type { ImportedAccount } from './account-line.ts'
import { insertRows, type Row } from './table-store.ts'

/** An account that is to be stored, with the number of its line. */
export interface NumberedAccount {
  readonly number: number
  readonly account: ImportedAccount
  /** Wrapped when it was weak. */
  readonly hash: PasswordHash | undefined
}

export type StoredOutcome =
  | {
      readonly number: number
      readonly ok: true
      readonly leftOut: readonly string[]
      readonly isAdministrator: boolean
    }
  | { readonly number: number; readonly ok: false; readonly code: RefusalCode; readonly role?: string }

export type RefusalCode = Extract<CreatedAccount, { ok: false }>['reason'] | 'not_storable'

export interface StoreDeps {
  readonly database: Database
  readonly sealer: Sealer
  /** Where they are from, for the audit log. */
  readonly from: string
  /** What else is to be durable with them. */
  readonly also: (tx: Transaction, outcomes: readonly StoredOutcome[]) => Promise<void>
}

const MOST_ATTEMPTS = 5

/**
 * Stores accounts as one unit of work. Where the database takes one of them not at all, each is stored by itself, so that it is refused alone.
 */
export async function storeAccounts(deps: StoreDeps, accounts: readonly NumberedAccount[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await deps.database.write((tx) => storeAll(tx, deps, accounts))
      return
    } catch (error) {
      if (error instanceof DatabaseError) throw error
      if (error instanceof NameTakenMeanwhile && attempt < MOST_ATTEMPTS) continue
      if (error instanceof NameTakenMeanwhile) throw error
      await storeOneByOne(deps, accounts)
      return
    }
  }
}

async function storeAll(tx: Transaction, deps: StoreDeps, accounts: readonly NumberedAccount[]): Promise<void> {
  await deps.also(tx, await storeIn(tx, deps, accounts))
}

/** Which are refused is found out in units that are rolled back; then those that are taken are stored as one. */
async function storeOneByOne(deps: StoreDeps, accounts: readonly NumberedAccount[]): Promise<void> {
  const refused = new Set<number>()
  for (const account of accounts) if (!(await isStorable(deps, account))) refused.add(account.number)
  if (refused.size === 0) throw new Error('Accounts that can each be stored could not be stored together.')
  await deps.database.write(async (tx) => {
    const stored = await storeIn(
      tx,
      deps,
      accounts.filter(({ number }) => !refused.has(number)),
    )
    const others = [...refused].map((number): StoredOutcome => ({ number, ok: false, code: 'not_storable' }))
    await deps.also(
      tx,
      [...stored, ...others].sort((a, b) => a.number - b.number),
    )
  })
}

class Undone extends Error {}

async function isStorable(deps: StoreDeps, account: NumberedAccount): Promise<boolean> {
  try {
    await deps.database.write(async (tx) => {
      await storeIn(tx, deps, [account])
      throw new Undone()
    })
    return true
  } catch (error) {
    if (error instanceof DatabaseError) throw error
    return error instanceof Undone
  }
}

async function storeIn(
  tx: Transaction,
  deps: StoreDeps,
  accounts: readonly NumberedAccount[],
): Promise<readonly StoredOutcome[]> {
  const outcomes = await createAccounts(
    tx,
    accounts.map(({ account }) => account.creation),
    { actor: 'cli', detail: { imported_from: deps.from } },
  )
  const context = await readContext(tx, accounts)
  const rowsOf = new Map<string, Row[]>()
  const stored = accounts.map(({ number, account, hash }, index): StoredOutcome => {
    const outcome = outcomes[index]
    if (outcome === undefined) throw new Error('An account had no outcome.')
    if (!outcome.ok)
      return { number, ok: false, code: outcome.reason, ...('role' in outcome ? { role: outcome.role } : {}) }
    const { rows, leftOut } = rowsOfAccount(account, { hash, now: tx.now, sealer: deps.sealer, context })
    for (const [table, row] of rows) rowsOf.set(table, [...(rowsOf.get(table) ?? []), row])
    const isAdministrator = account.creation.roles.includes(ADMIN_ROLE)
    return { number, ok: true, leftOut: [...account.leftOut, ...leftOut], isAdministrator }
  })
  for (const [table, rows] of rowsOf) await insertRows(tx.sql, table, rows)
  return stored
}

/** What of the installation memberships depend on. */
interface Context {
  readonly organizations: ReadonlySet<string>
  readonly organizationRoles: ReadonlySet<string>
}

async function readContext(tx: Transaction, accounts: readonly NumberedAccount[]): Promise<Context> {
  const rowsIn = (table: string) => accounts.flatMap(({ account }) => account.rowsOf.get(table) ?? [])
  const ids = [...new Set(rowsIn('membership').map((row) => String(row.organization_id)))]
  const organizations = ids.length === 0 ? [] : await findOrganizations(tx.sql, ids)
  const organizationRoles = new Set<string>()
  for (const role of [...new Set(rowsIn('membership_role').map((row) => String(row.role)))].sort())
    if (await lockOrganizationRole(tx, role)) organizationRoles.add(role)
  return { organizations: new Set(organizations.map(({ id }) => id)), organizationRoles }
}

interface Making {
  readonly hash: PasswordHash | undefined
  readonly now: number
  readonly sealer: Sealer
  readonly context: Context
}

function rowsOfAccount(
  account: ImportedAccount,
  { hash, now, sealer, context }: Making,
): { readonly rows: readonly (readonly [table: string, row: Row])[]; readonly leftOut: readonly string[] } {
  const account_id = account.creation.id
  const rows: [string, Row][] = []
  const leftOut: string[] = []
  if (hash !== undefined) rows.push(['password', { account_id, hash, set_at: account.passwordSetAt ?? now }])
  if (Object.keys(account.profile).length > 0)
    rows.push([
      'account_profile',
      { account_id, claims: JSON.stringify(account.profile), updated_at: account.profileUpdatedAt ?? now },
    ])
  if (account.totpSecret !== undefined) {
    const sealed_secret = sealImportedTotp(sealer, account_id, account.totpSecret)
    if (sealed_secret === undefined) leftOut.push('totp: the secret is no base 32 of 16 to 128 bytes')
    else rows.push(['totp', { account_id, sealed_secret, last_step: 0, created_at: now }])
  }
  for (const [table, row] of otherRowsOf(account)) {
    const why = findObstacle(table, row, sealer, context)
    if (why === undefined) rows.push([table, completeRow(table, row, now)])
    else leftOut.push(why)
  }
  return { rows, leftOut }
}

function otherRowsOf({ rowsOf }: ImportedAccount): [table: string, row: Row][] {
  return [...rowsOf]
    .filter(([table]) => table !== 'account')
    .flatMap(([table, rows]) => rows.map((row): [string, Row] => [table, row]))
}

/** Why a row of another installation, or of another product, can't be taken. */
function findObstacle(
  table: string,
  row: Row,
  sealer: Sealer,
  { organizations, organizationRoles }: Context,
): string | undefined {
  if (table === 'totp' && !sealer.knows(String(row.sealed_secret))) return 'totp: it is sealed under another secret'
  const isOfOrganization = table === 'membership' || table === 'membership_role'
  if (isOfOrganization && !organizations.has(String(row.organization_id)))
    return `${table}: there is no such organization`
  if (table === 'membership_role' && !organizationRoles.has(String(row.role)))
    return 'membership_role: there is no such role for organizations'
  return undefined
}

function completeRow(table: string, row: Row, now: number): Row {
  return table === 'federated_identity' ? { linked_at: now, last_used_at: now, ...row } : row
}
