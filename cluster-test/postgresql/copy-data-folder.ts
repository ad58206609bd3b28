import { chown, copyFile, mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { identity } from '../../packages/server/testing/postgresql-cluster.ts'

/** Of the running server, and nothing that a copy may have. @see https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP-DATA */
const leftOut: ReadonlySet<string> = new Set(['postmaster.pid', 'postmaster.opts', 'standby.signal'])
const leftEmpty: ReadonlySet<string> = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
])

/** Copies the files of a server that runs, between `pg_backup_start` and `pg_backup_stop`: they may change and go meanwhile. */
export async function copyDataFolder(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (leftOut.has(entry.name)) continue
    const [source, copy] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isDirectory()) {
      await makeFolder(copy)
      if (!leftEmpty.has(entry.name)) await copyDataFolder(source, copy)
      // The server makes it at its first start only.
      if (entry.name === 'pg_wal') await makeFolder(path.join(copy, 'archive_status'))
    } else if (entry.isFile()) {
      await copyUnlessGone(source, copy)
    }
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 })
  await own(folder)
}

async function copyUnlessGone(source: string, copy: string): Promise<void> {
  try {
    await copyFile(source, copy)
    await own(copy)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

/** PostgreSQL runs as another user when we are root. */
export async function own(file: string): Promise<void> {
  if (identity.uid !== undefined) await chown(file, identity.uid, identity.gid)
}
