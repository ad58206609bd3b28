import type { Database, Queries, Transaction } from '../../platform/database/database.ts'
import { listColumns } from '../../platform/database/list-columns.ts'
import { readLines } from '../../platform/json-stream/read-lines.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { analyzeTables } from './analyze-tables.ts'
import { type CheckedExport, checkExport, type OpenFile, parseRecord, rowsOf } from './check-export.ts'
import {
  type ImportPosition,
  selectPosition,
  selectUnfinishedInstallation,
  upsertPosition,
} from './import-position-store.ts'
import { countRows, deleteRows, insertRows, type Row } from './table-store.ts'
import { TransferError, type TransferHeader } from './transfer-format.ts'

export interface InstallationImport {
  readonly database: Database
  readonly sealer: Sealer
  readonly open: OpenFile
  /** Told after each batch: how many bytes are through. */
  readonly onProgress?: (offset: number) => void
}

export interface ImportedInstallation {
  readonly header: TransferHeader
  readonly rows: Readonly<Record<string, number>>
  /** Whether an import that was broken off was brought to its end. */
  readonly wasResumed: boolean
}

/** So many records are one unit of work: well below the time that one may take. */
const BATCH = 500

/**
 * Fills an empty database with an export of everything. It may be broken off at any time and begun again with the same file: each batch is
 * durable together with the position behind it. Until the end is in, no server starts on the database.
 *
 * @throws TransferError `not_an_export`, `other_version`, `damaged_export`, `not_empty`, all before anything is written
 * @throws SealingError `unknown_secret`, before anything is written
 */
export async function importInstallation(deps: InstallationImport): Promise<ImportedInstallation> {
  const { database, sealer, open, onProgress } = deps
  const checked = await checkExport(open, sealer, await listColumns(database))
  if (checked.header.content !== 'everything')
    throw new TransferError('not_an_export', 'The export is of accounts alone, and no whole installation.')
  const begun = await database.write((tx) => beginImport(tx, checked))
  let { position } = begun
  let batch = new Map<string, Row[]>()
  let [size, seen] = [0, position]
  for await (const { number, text, end } of readLines(open(position.offset), position)) {
    const record = parseRecord(text, number)
    if (record.type === 'header') continue
    if (record.type === 'end') break
    addToBatch(batch, rowsOf(record, number))
    size += 1
    seen = { ...position, offset: end, lines: number }
    if (size < BATCH) continue
    await storeBatch(database, batch, seen)
    position = seen
    ;[batch, size] = [new Map(), 0]
    onProgress?.(end)
  }
  await storeBatch(database, batch, seen)
  await analyzeTables(database)
  await database.write((tx) => endImport(tx, seen, checked))
  return { header: checked.header, rows: checked.end.rows, wasResumed: begun.wasResumed }
}

/** Throws when an import into this database was broken off: what is in it is not whole. */
export async function refuseUnfinishedImport(sql: Queries): Promise<void> {
  if ((await selectUnfinishedInstallation(sql)) === undefined) return
  throw new TransferError(
    'import_unfinished',
    'An import into this database was broken off, so it is not whole. Run the same `ostiary import` again: it goes on where it was.',
  )
}

async function beginImport(
  tx: Transaction,
  { header, digest, end }: CheckedExport,
): Promise<{ readonly position: ImportPosition; readonly wasResumed: boolean }> {
  const id = `installation ${digest}`
  const known = await selectPosition(tx.sql, id)
  if (known !== undefined && known.endedAt === undefined) return { position: known, wasResumed: true }
  await assertEmpty(tx.sql)
  // The rows that a schema begins with, such as the head of the feed: the export has its own.
  for (const table of Object.keys(end.rows)) await deleteRows(tx.sql, table)
  const position: ImportPosition = {
    ...{ id, kind: 'installation', offset: 0, lines: 0, created: 0, refused: 0, reportBytes: 0 },
    startedAt: tx.now,
    endedAt: undefined,
  }
  await upsertPosition(tx.sql, position)
  await recordAuditEvent(tx, {
    act: 'installation.imported',
    actor: 'cli',
    outcome: 'done',
    detail: { issuer: header.issuer, exported_at: header.exported_at, left_out: header.left_out },
  })
  return { position, wasResumed: false }
}

/** An installation has a signing key from its first start on, and an event that says so. */
async function assertEmpty(sql: Queries): Promise<void> {
  for (const table of ['signing_key', 'account', 'client', 'session', 'import_position'])
    if ((await countRows(sql, table)) > 0)
      throw new TransferError(
        'not_empty',
        'The database holds an installation already. An export of everything goes into an empty database: name another one by OSTIARY_DATABASE_URL, or by OSTIARY_DATA_DIR.',
      )
}

function addToBatch(batch: Map<string, Row[]>, rowsOfRecord: ReadonlyMap<string, readonly Row[]>): void {
  for (const [table, rows] of rowsOfRecord) {
    const gathered = batch.get(table)
    if (gathered === undefined) batch.set(table, [...rows])
    else gathered.push(...rows)
  }
}

async function storeBatch(
  database: Database,
  batch: ReadonlyMap<string, readonly Row[]>,
  position: ImportPosition,
): Promise<void> {
  await database.write(async (tx) => {
    for (const [table, rows] of batch) await insertRows(tx.sql, table, rows)
    await upsertPosition(tx.sql, position)
  })
}

async function endImport(tx: Transaction, position: ImportPosition, { lines }: CheckedExport): Promise<void> {
  await upsertPosition(tx.sql, { ...position, lines, endedAt: tx.now })
}
