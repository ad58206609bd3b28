import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

export interface ImportPosition {
  /** What is imported: the kind, and the file's digest. */
  readonly id: string
  readonly kind: 'installation' | 'accounts'
  /** Where to go on in the file, in bytes. */
  readonly offset: number
  /** How many lines, or elements, stand before. */
  readonly lines: number
  readonly created: number
  readonly refused: number
  /** How long the report is by now. */
  readonly reportBytes: number
  readonly startedAt: EpochMilliseconds
  /** Absent: it is not through. */
  readonly endedAt: EpochMilliseconds | undefined
}

type PositionTables = {
  import_position: {
    id: string
    kind: 'installation' | 'accounts'
    file_offset: number
    lines: number
    created: number
    refused: number
    report_bytes: number
    started_at: number
    ended_at: number | null
  }
}

export async function upsertPosition(sql: Queries, position: ImportPosition): Promise<void> {
  const { id, ...moving } = toRow(position)
  await sql
    .withTables<PositionTables>()
    .insertInto('import_position')
    .values({ id, ...moving })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(moving))
    .execute()
}

export async function selectPosition(sql: Queries, id: string): Promise<ImportPosition | undefined> {
  const row = await sql
    .withTables<PositionTables>()
    .selectFrom('import_position')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toPosition(row)
}

/** Of an installation that is not all there yet. */
export async function selectUnfinishedInstallation(sql: Queries): Promise<ImportPosition | undefined> {
  const row = await sql
    .withTables<PositionTables>()
    .selectFrom('import_position')
    .selectAll()
    .where('kind', '=', 'installation')
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row && toPosition(row)
}

function toRow(position: ImportPosition): PositionTables['import_position'] {
  const { id, kind, offset, lines, created, refused, reportBytes, startedAt, endedAt } = position
  return {
    ...{ id, kind, lines, created, refused, file_offset: offset, report_bytes: reportBytes },
    started_at: startedAt,
    ended_at: endedAt ?? null,
  }
}

function toPosition(row: PositionTables['import_position']): ImportPosition {
  const { id, kind, lines, created, refused } = row
  return {
    ...{ id, kind, lines, created, refused, offset: row.file_offset, reportBytes: row.report_bytes },
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
  }
}
