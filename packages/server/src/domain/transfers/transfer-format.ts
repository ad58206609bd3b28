import type { LeavablePart } from './exported-tables.ts'
import type { Row } from './table-store.ts'

/** Changes when a record or a member is renamed, removed or has another meaning; not when one is added. */
export const FORMAT_VERSION = 1

/** The first line of an export. */
export interface TransferHeader {
  readonly type: 'header'
  readonly format: 'ostiary-export'
  readonly version: number
  /** The version of the schema that the rows are of. */
  readonly schema: number
  readonly content: 'everything' | 'accounts'
  readonly left_out: readonly LeavablePart[]
  readonly issuer: string
  readonly exported_at: string
}

export interface RowRecord {
  readonly type: 'row'
  readonly table: string
  readonly row: Row
}

/** The last line: without it an export is not whole. */
export interface TransferEnd {
  readonly type: 'end'
  /** How many rows of which table stand before. */
  readonly rows: Readonly<Record<string, number>>
}

/** Something is wrong with an export. The message is one sentence that says what to do, and holds nothing of a record. */
export class TransferError extends Error {
  override readonly name = 'TransferError'
  readonly code: TransferErrorCode
  constructor(code: TransferErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * - `not_an_export`: the file begins otherwise than an export does.
 * - `other_version`: another release wrote it.
 * - `damaged_export`: a line is no record, or the end is missing or does not fit.
 * - `not_empty`: the database holds something already.
 * - `import_unfinished`: an import into the database was broken off.
 * - `rows_left_over`: rows belong to no account that there is, so that an export would lose them.
 */
export type TransferErrorCode =
  | 'not_an_export'
  | 'other_version'
  | 'damaged_export'
  | 'not_empty'
  | 'import_unfinished'
  | 'rows_left_over'
