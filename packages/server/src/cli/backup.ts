import type { Command } from 'commander'
import { recordAuditEvent } from '../domain/audit/record-audit-event.ts'
import type { Installation } from '../installation.ts'
import { backUpSqlite } from '../platform/database/back-up-sqlite.ts'
import { parseDatabaseUrl } from '../platform/database/parse-database-url.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { writeNewFile } from './new-file.ts'
import { sizeOf } from './size-of.ts'

export function backupCommand(): Command {
  return createCommand(
    'backup',
    'Copy the SQLite database, as it stands at one moment, into a new file, while the server runs; then check the copy. Keep OSTIARY_SECRET too, and elsewhere: what is sealed opens with nothing else.',
    'ostiary backup backups/ostiary-2026-11-26.db',
  )
    .argument('<file>', 'a new file, which only its owner may read')
    .action((file: string, options: { readonly json?: boolean }) =>
      runCommand(options, () => withInstallation((installation) => backUp(installation, file))),
    )
}

async function backUp({ config, database }: Installation, file: string): Promise<Report> {
  const address = parseDatabaseUrl(config.databaseUrl)
  if (address.dialect !== 'sqlite')
    throw new CommandError(
      'not_sqlite',
      'This is for SQLite. PostgreSQL has its own: `pg_dump --format=custom`, or base backups with an archive of its log, which can be restored to any moment (docs/guide/backup.md).',
    )
  await writeNewFile(file, async (partial) => {
    // First, so that the copy itself says that it was taken.
    await record(database, 'done')
    try {
      backUpSqlite(address.path, partial)
    } catch (error) {
      // Else the log, and the doctor who reads it, would count on a backup that nobody has. The cause is told, whatever becomes of this.
      await record(database, 'refused').catch(() => {})
      throw error
    }
  })
  const bytes = sizeOf(file)
  return {
    json: { file, bytes },
    lines: [
      `Backed up to ${file}: ${(bytes / 1e6).toFixed(1)} MB, checked. Without OSTIARY_SECRET it can't be used: keep that too, and elsewhere.`,
    ],
  }
}

function record(database: Installation['database'], outcome: 'done' | 'refused'): Promise<unknown> {
  return database.write((tx) => recordAuditEvent(tx, { act: 'installation.backed_up', actor: 'cli', outcome }))
}
