import { type AccountPart, accountParts } from './exported-tables.ts'
import type { Row, Stored } from './table-store.ts'

/** An account with all that belongs to it, as one object for a line of an export. */
export type AccountRecord = Readonly<Record<string, unknown>>

/** Rows by their tables. */
export type RowsOfTables = ReadonlyMap<string, readonly Row[]>

/** A row of `account`, and those of the parts that belong to it → its record. */
export function toAccountRecord(account: Row, rowsOf: RowsOfTables): AccountRecord {
  const record: Record<string, unknown> = writeRow(account, [])
  for (const part of accountParts) Object.assign(record, writePart(part, rowsOf.get(part.table) ?? []))
  return record
}

/** The record → the rows that it was made of. */
export function toAccountRows(record: AccountRecord): RowsOfTables {
  const rowsOf = new Map<string, readonly Row[]>()
  const rest: Record<string, unknown> = { ...record }
  for (const part of accountParts) {
    // Last: whatever a row says of itself, it is of this account and no other.
    const rows = readPart(part, rest).map((row) => ({ ...row, account_id: String(record.id) }))
    if (rows.length > 0) rowsOf.set(part.table, rows)
  }
  return rowsOf.set('account', [readRow(rest)])
}

function writePart({ member, form, column }: AccountPart, rows: readonly Row[]): object {
  if (form === 'texts') return { [member]: rows.map((row) => row[column ?? '']).sort() }
  if (form === 'many') return { [member]: rows.map((row) => writeRow(row, ['account_id'])) }
  const [row] = rows
  if (row === undefined) return {}
  const written = writeRow(row, ['account_id'])
  if (form === 'one') return { [member]: written }
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name === column ? member : `${member}_${name}`, value]),
  )
}

/** Takes the part's members out of the record. */
function readPart({ member, form, column }: AccountPart, record: Record<string, unknown>): Row[] {
  if (form === 'flat') {
    const taken: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(record)) {
      if (name !== member && !name.startsWith(`${member}_`)) continue
      taken[name === member ? (column ?? member) : name.slice(member.length + 1)] = value
      delete record[name]
    }
    return Object.keys(taken).length === 0 ? [] : [readRow(taken)]
  }
  const value = record[member]
  delete record[member]
  if (value === undefined) return []
  if (form === 'one') return [readRow(value as AccountRecord)]
  const items = value as readonly unknown[]
  return items.map((item) => (form === 'texts' ? { [column ?? '']: String(item) } : readRow(item as AccountRecord)))
}

const isMoment = (column: string): boolean => /_(at|after)$/.test(column)
const isTruth = (column: string): boolean => column.startsWith('is_')
const jsonColumns: ReadonlySet<string> = new Set(['claims', 'transports'])
/** ECMA-262 §21.4.1.1: what a Date can be. */
const LAST_MOMENT = 8_640_000_000_000_000

function writeRow(row: Row, without: readonly string[]): Record<string, unknown> {
  const members = Object.entries(row).filter(([column]) => !without.includes(column))
  return Object.fromEntries(members.map(([column, value]) => [column, writeValue(column, value)]))
}

function writeValue(column: string, value: Stored): unknown {
  if (value === null) return null
  if (isMoment(column) && typeof value === 'number' && Math.abs(value) <= LAST_MOMENT)
    return new Date(value).toISOString()
  if (isTruth(column)) return value === 1
  return jsonColumns.has(column) ? JSON.parse(String(value)) : value
}

function readRow(members: AccountRecord): Row {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, readValue(name, value)]))
}

function readValue(column: string, value: unknown): Stored {
  if (value === null) return null
  if (isMoment(column) && typeof value === 'string') return Date.parse(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  return jsonColumns.has(column) ? JSON.stringify(value) : (value as Stored)
}
