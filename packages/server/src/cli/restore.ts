import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { type Config, loadConfig } from '../config.ts'
import { recordAuditEvent } from '../domain/audit/record-audit-event.ts'
import { beginNewHistory } from '../domain/revocations/begin-new-history.ts'
import { openInstallation } from '../installation.ts'
import { aloneWithSqlite, checkSqlite } from '../platform/database/back-up-sqlite.ts'
import { parseDatabaseUrl } from '../platform/database/parse-database-url.ts'
import { CommandError, createCommand, type Report, runCommand } from './command.ts'
import { createPrivateFile, synchronize } from './new-file.ts'
import { sizeOf } from './size-of.ts'

export function restoreCommand(): Command {
  return createCommand(
    'restore',
    'Put a backup in the place of the SQLite database, which is kept beside it. The server must not run. What was revoked since the backup is not in it, so everything that was issued until now is revoked: everybody logs in again.',
    'ostiary restore backups/ostiary-2026-11-26.db',
  )
    .argument('<file>', 'what `ostiary backup` wrote')
    .action((file: string, options: { readonly json?: boolean }) =>
      runCommand(options, () => restore(file, loadConfig())),
    )
}

async function restore(file: string, config: Config): Promise<Report> {
  const address = parseDatabaseUrl(config.databaseUrl)
  if (address.dialect !== 'sqlite')
    throw new CommandError(
      'not_sqlite',
      'This is for SQLite. Restore PostgreSQL with `pg_restore`, or from its base backup (docs/guide/backup.md).',
    )
  sizeOf(file)
  const restoring = `${address.path}.restoring`
  mkdirSync(path.dirname(address.path), { recursive: true, mode: 0o700 })
  try {
    removeBesides(restoring)
    createPrivateFile(restoring)
    copyFileSync(file, restoring)
    checkSqlite(restoring)
    await beginAnew({ ...config, databaseUrl: `sqlite:${restoring}` })
    synchronize(restoring)
    const replaced = existsSync(address.path) ? replace(address.path, restoring) : undefined
    if (replaced === undefined) {
      removeBesides(address.path)
      renameSync(restoring, address.path)
    }
    synchronize(path.dirname(address.path))
    return {
      json: { database: address.path, replaced: replaced ?? null },
      lines: [
        `Restored ${address.path}. Everything that was issued until now is revoked: everybody logs in again.`,
        ...(replaced === undefined ? [] : [`The database that stood there is kept as ${replaced}.`]),
      ],
    }
  } finally {
    rmSync(restoring, { force: true })
    removeBesides(restoring)
  }
}

/**
 * Removes what SQLite keeps beside a database that is not there itself: of a run that was killed, or of a database that somebody has moved away. Whatever
 * takes that name next would have those changes made to it.
 *
 * @see https://www.sqlite.org/howtocorrupt.html#_unlinking_or_renaming_a_database_file_while_in_use
 */
function removeBesides(database: string): void {
  for (const end of ['-wal', '-shm', '-journal']) rmSync(`${database}${end}`, { force: true })
}

/** Opens the copy as a server would: under this secret, with this schema. Then begins a new feed in it, since the newest part of the old one is lost. */
async function beginAnew(config: Config): Promise<void> {
  // Of any age: nobody has the copy open.
  const { database, close } = await openInstallation(config, { takesContractSteps: true })
  try {
    await database.write(async (tx) => {
      await recordAuditEvent(tx, { act: 'installation.restored', actor: 'cli', outcome: 'done' })
      await beginNewHistory(tx, async () => true)
    })
  } finally {
    await close()
  }
}

/** In one step, so that at any moment one of the two bears the name. Returns the name of the one that stood there. */
function replace(current: string, restoring: string): string {
  return aloneWithSqlite(current, () => {
    const replaced = findFreeName(`${current}.replaced`)
    linkSync(current, replaced)
    renameSync(restoring, current)
    return replaced
  })
}

function findFreeName(name: string): string {
  for (let number = 1; ; number += 1) if (!existsSync(`${name}-${number}`)) return `${name}-${number}`
}
