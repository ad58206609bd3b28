import { createHash } from 'node:crypto'
import type { Columns } from '../../platform/database/list-columns.ts'
import { readLines } from '../../platform/json-stream/read-lines.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { SealingError } from '../../platform/sealing/sealing-error.ts'
import { migrations } from '../schema/migrations.ts'
import { type AccountRecord, toAccountRows } from './account-record.ts'
import { accountParts, exportedTables } from './exported-tables.ts'
import type { Row } from './table-store.ts'
import {
  FORMAT_VERSION,
  type RowRecord,
  type TransferEnd,
  TransferError,
  type TransferHeader,
} from './transfer-format.ts'

/** Gives the file's bytes from an offset on; may be asked for more than once. */
export type OpenFile = (offset: number) => AsyncIterable<Uint8Array>

export interface CheckedExport {
  readonly header: TransferHeader
  readonly end: TransferEnd
  /** SHA-256 of the whole file, base64url. */
  readonly digest: string
  /** The header and the end with them. */
  readonly lines: number
}

type AnyRecord = TransferHeader | RowRecord | TransferEnd | ({ readonly type: 'account' } & AccountRecord)

/** Reads the whole of an export before anything of it is taken: that it is ours, whole, of this schema, and sealed under a secret that we have. */
export async function checkExport(open: OpenFile, sealer: Sealer, columns: Columns): Promise<CheckedExport> {
  const hash = createHash('sha256')
  const counted = new Map<string, number>()
  let header: TransferHeader | undefined
  let end: TransferEnd | undefined
  let lines = 0
  for await (const { number, text } of readLines(hashing(open(0), hash))) {
    lines = number
    const record = parseRecord(text, number)
    header ??= checkHeader(record)
    if (end !== undefined) throw damaged(number, 'stands behind the end')
    if (record.type === 'end') end = record
    else if (record.type !== 'header') countRows(record, number, { counted, sealer, columns })
  }
  if (header === undefined) throw notAnExport()
  if (end === undefined) throw damaged(lines + 1, 'should be there: the end is missing, so the file was cut off')
  assertWhole(header, end, counted)
  return { header, end, digest: hash.digest('base64url'), lines }
}

/** The record that a line is. */
export function parseRecord(text: string | undefined, number: number): AnyRecord {
  const record = parseObject(text)
  const { type } = record ?? {}
  if (record === undefined || (type !== 'header' && type !== 'row' && type !== 'account' && type !== 'end'))
    throw number === 1 ? notAnExport() : damaged(number, 'is no record of an export')
  return record as AnyRecord
}

/** The header, where the first line of a file is that of an export. */
export function findHeader(text: string | undefined): TransferHeader | undefined {
  const record = parseObject(text)
  return record?.type === 'header' && record.format === 'ostiary-export'
    ? (record as unknown as TransferHeader)
    : undefined
}

function checkHeader(record: AnyRecord): TransferHeader {
  if (record.type !== 'header' || record.format !== 'ostiary-export') throw notAnExport()
  if (typeof record.version !== 'number' || typeof record.schema !== 'number') throw notAnExport()
  if (record.version !== FORMAT_VERSION || record.schema !== migrations.length)
    throw new TransferError(
      'other_version',
      `The export is of version ${record.version} with schema ${record.schema}; this release reads version ${FORMAT_VERSION} with schema ${migrations.length}. Import it with the release that wrote it, then upgrade.`,
    )
  if (!isWholeHeader(record)) throw damaged(1, 'has not the members that a header has')
  return record
}

function isWholeHeader({ content, left_out, issuer, exported_at }: TransferHeader): boolean {
  return (
    (content === 'everything' || content === 'accounts') &&
    Array.isArray(left_out) &&
    left_out.every((part) => typeof part === 'string') &&
    typeof issuer === 'string' &&
    typeof exported_at === 'string'
  )
}

interface Counting {
  readonly counted: Map<string, number>
  readonly sealer: Sealer
  readonly columns: Columns
}

function countRows(record: Exclude<AnyRecord, TransferHeader | TransferEnd>, number: number, counting: Counting): void {
  const { counted, sealer, columns } = counting
  for (const [table, rows] of rowsOf(record, number)) {
    counted.set(table, (counted.get(table) ?? 0) + rows.length)
    if (!rows.every((row) => fitsColumns(row, columns.get(table))))
      throw damaged(number, 'holds something else than a row of that table')
    for (const row of rows)
      for (const [column, value] of Object.entries(row))
        if (column.startsWith('sealed') && typeof value === 'string' && !sealer.knows(value)) throw otherSecret()
  }
}

/** SQLite would store anything anywhere, and PostgreSQL refuse it when half of the file is in. */
function fitsColumns(row: Row, columns: ReadonlyMap<string, 'text' | 'number'> | undefined): boolean {
  const members = Object.entries(row)
  if (columns === undefined || members.length !== columns.size) return false
  return members.every(([name, value]) => {
    const kind = columns.get(name)
    if (value === null) return kind !== undefined
    return kind === 'text'
      ? typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
      : kind === 'number' && Number.isSafeInteger(value)
  })
}

/** What a record is made of, by table. */
export function rowsOf(
  record: RowRecord | ({ readonly type: 'account' } & AccountRecord),
  number: number,
): ReturnType<typeof toAccountRows> {
  if (record.type === 'row') {
    if (typeof record.table === 'string' && isObject(record.row)) return new Map([[record.table, [record.row]]])
    throw damaged(number, 'is no record of an export')
  }
  const { type: _, ...account } = record
  if (typeof account.id !== 'string') throw damaged(number, 'is an account without an id')
  try {
    return toAccountRows(account)
  } catch {
    throw damaged(number, 'has a member of another kind than an account has')
  }
}

function assertWhole(header: TransferHeader, end: TransferEnd, counted: ReadonlyMap<string, number>): void {
  const ofAccounts = ['account', ...accountParts.map(({ table }) => table)]
  const others = exportedTables.filter(({ part }) => part === undefined || !header.left_out.includes(part))
  const expected = header.content === 'accounts' ? ofAccounts : [...ofAccounts, ...others.map(({ table }) => table)]
  const told = Object.entries(isObject(end.rows) ? end.rows : {})
  const fits = told.every(([table, rows]) => expected.includes(table) && rows === (counted.get(table) ?? 0))
  const all = told.length === expected.length && [...counted.keys()].every((table) => Object.hasOwn(end.rows, table))
  if (fits && all) return
  throw new TransferError(
    'damaged_export',
    'The end of the export tells of other rows than the file has: take it anew.',
  )
}

async function* hashing(
  source: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
}

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return isObject(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function notAnExport(): TransferError {
  return new TransferError('not_an_export', 'The first line is not the header of an export by `ostiary export`.')
}

function damaged(line: number, what: string): TransferError {
  return new TransferError('damaged_export', `Line ${line} ${what}: take the export anew.`)
}

function otherSecret(): SealingError {
  return new SealingError(
    'unknown_secret',
    'The export was sealed under another secret than OSTIARY_SECRET. Nothing was imported: set the secret of the installation that it is of (it may stand behind a new one: OSTIARY_SECRET=new,old).',
  )
}
