import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { type AuditSearch, streamAuditEvents } from '../domain/audit/page-audit-events.ts'
import { recordAuditEvent } from '../domain/audit/record-audit-event.ts'
import { renderEvent } from '../domain/audit-tree/proof-bundle.ts'
import { findLeafIndexes } from '../domain/audit-tree/prove-tree.ts'
import type { Installation } from '../installation.ts'
import type { Queries } from '../platform/database/database.ts'
import { addSearchOptions, readSearch, type SearchOptions } from './audit-search.ts'
import { createCommand, type Report, runCommand, withInstallation } from './command.ts'

export function auditExportCommand(): Command {
  const command = createCommand(
    'export',
    'Write events as JSON lines to standard output, the earliest first, each with its index in the tree. That it was done is audited too.',
    'ostiary audit export --from 2026-10-01 --to 2026-11-01 > october.jsonl',
  )
  return addSearchOptions(command).action((options: SearchOptions) =>
    runCommand(options, () => withInstallation((installation) => exportEvents(installation, options))),
  )
}

async function exportEvents(installation: Installation, options: SearchOptions): Promise<Report> {
  const { database } = installation
  const search = await readSearch(installation, options)
  const { json: _, ...filters } = options
  await database.write((tx) =>
    recordAuditEvent(tx, { act: 'audit.exported', actor: 'cli', outcome: 'done', detail: { ...filters } }),
  )
  const counted = { events: 0 }
  await database.snapshot((sql) =>
    pipeline(Readable.from(renderLines(sql, search, counted), { highWaterMark: 1 }), process.stdout, { end: false }),
  )
  return {
    json: { events: counted.events },
    lines: [`Exported ${counted.events} events.`],
    goesToStandardError: true,
  }
}

async function* renderLines(sql: Queries, search: AuditSearch, counted: { events: number }): AsyncGenerator<string> {
  for await (const page of streamAuditEvents(sql, search)) {
    const indexes = await findLeafIndexes(
      sql,
      page.map(({ id }) => id),
    )
    counted.events += page.length
    yield page
      .map((event) => `${JSON.stringify({ ...renderEvent(event), index: indexes.get(event.id) ?? null })}\n`)
      .join('')
  }
}
