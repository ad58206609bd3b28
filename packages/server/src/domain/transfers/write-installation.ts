import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { migrations } from '../schema/migrations.ts'
import { type RowsOfTables, toAccountRecord } from './account-record.ts'
import { accountParts, exportedTables, type LeavablePart } from './exported-tables.ts'
import { countRows, type Row, selectPages, selectRowsOf } from './table-store.ts'
import { FORMAT_VERSION, TransferError, type TransferHeader } from './transfer-format.ts'

export interface InstallationExport {
  readonly issuer: string
  readonly now: EpochMilliseconds
  readonly content: TransferHeader['content']
  readonly leftOut: readonly LeavablePart[]
}

/**
 * Writes an installation as JSON lines, some at a time. A snapshot has to be handed in: what it reads is of one moment. No more than a page of
 * rows is in memory, however slowly the lines are taken.
 *
 * @throws TransferError `rows_left_over`
 */
export async function* writeInstallation(snapshot: Queries, what: InstallationExport): AsyncGenerator<string> {
  const rows: Record<string, number> = {}
  yield writeLine({
    type: 'header',
    format: 'ostiary-export',
    version: FORMAT_VERSION,
    schema: migrations.length,
    content: what.content,
    left_out: what.leftOut,
    issuer: what.issuer,
    exported_at: new Date(what.now).toISOString(),
  } satisfies TransferHeader)
  if (what.content === 'everything') yield* writeTables(snapshot, what.leftOut, rows)
  yield* writeAccounts(snapshot, rows)
  for (const { table } of accountParts) await assertCounted(snapshot, table, rows)
  yield writeLine({ type: 'end', rows })
}

async function* writeTables(
  snapshot: Queries,
  leftOut: readonly LeavablePart[],
  counted: Record<string, number>,
): AsyncGenerator<string> {
  for (const { table, key, part } of exportedTables) {
    if (part !== undefined && leftOut.includes(part)) continue
    counted[table] = 0
    for await (const rows of selectPages(snapshot, table, key)) {
      counted[table] += rows.length
      yield rows.map((row) => writeLine({ type: 'row', table, row })).join('')
    }
  }
}

async function* writeAccounts(snapshot: Queries, counted: Record<string, number>): AsyncGenerator<string> {
  for (const table of ['account', ...accountParts.map((part) => part.table)]) counted[table] = 0
  for await (const accounts of selectPages(snapshot, 'account', ['id'])) {
    count(counted, 'account', accounts)
    const parts = await readParts(
      snapshot,
      accounts.map(({ id }) => String(id)),
    )
    const lines = accounts.map((account) => {
      const own = rowsOfAccount(parts, String(account.id))
      for (const [table, rows] of own) count(counted, table, rows)
      return writeLine({ type: 'account', ...toAccountRecord(account, own) })
    })
    yield lines.join('')
  }
}

type RowsByAccount = ReadonlyMap<string, ReadonlyMap<unknown, readonly Row[]>>

async function readParts(snapshot: Queries, accountIds: readonly string[]): Promise<RowsByAccount> {
  const parts = new Map<string, ReadonlyMap<unknown, readonly Row[]>>()
  for (const { table } of accountParts) {
    const rows = await selectRowsOf(snapshot, table, { column: 'account_id', values: accountIds })
    parts.set(
      table,
      Map.groupBy(rows, ({ account_id }) => account_id),
    )
  }
  return parts
}

function rowsOfAccount(parts: RowsByAccount, accountId: string): RowsOfTables {
  return new Map([...parts].map(([table, byAccount]) => [table, byAccount.get(accountId) ?? []]))
}

function count(counted: Record<string, number>, table: string, rows: readonly Row[]): void {
  counted[table] = (counted[table] ?? 0) + rows.length
}

/** Rows without their account have no record to stand in: better no export than one that has silently lost something. */
async function assertCounted(snapshot: Queries, table: string, counted: Record<string, number>): Promise<void> {
  const [there, written] = [await countRows(snapshot, table), counted[table] ?? 0]
  if (there === written) return
  throw new TransferError(
    'rows_left_over',
    `The table ${table} has ${there - written} rows of no account that there is, so the export would not be whole. This is a fault of ours or of who changed the database by hand: delete those rows, or ask for help.`,
  )
}

function writeLine(record: object): string {
  return `${JSON.stringify(record)}\n`
}
