import { type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'

/** How a SQLite file is kept. */
export interface SqliteFacts {
  readonly dialect: 'sqlite'
  readonly version: string
  /** `wal` unless the file system can't. */
  readonly journalMode: string
  /** 2 is FULL, 3 EXTRA. */
  readonly synchronous: number
}

/** How a PostgreSQL server keeps what is committed, and what we are there. */
export interface PostgresqlFacts {
  readonly dialect: 'postgresql'
  /** For example 180004. */
  readonly versionNumber: number
  readonly fsync: boolean
  readonly fullPageWrites: boolean
  readonly synchronousCommit: string
  readonly isReplica: boolean
  readonly isSuperuser: boolean
  readonly isEncrypted: boolean
  /** Its clock, in milliseconds since the epoch, while the question was under way. */
  readonly now: number
}

/** Asks the database itself, on a connection as the server uses it. */
export async function inspectDatabase(database: Database): Promise<SqliteFacts | PostgresqlFacts> {
  return database.dialect === 'sqlite' ? inspectSqlite(database) : inspectPostgresql(database)
}

async function inspectSqlite(database: Database): Promise<SqliteFacts> {
  const row = await one(
    database,
    sql<{ version: string; journal_mode: string; synchronous: number }>`
      SELECT sqlite_version() AS version, j.journal_mode, s.synchronous
      FROM pragma_journal_mode AS j, pragma_synchronous AS s`,
  )
  const { version, journal_mode, synchronous } = row
  return { dialect: 'sqlite', version, journalMode: journal_mode, synchronous }
}

async function inspectPostgresql(database: Database): Promise<PostgresqlFacts> {
  const row = await one(
    database,
    sql<
      Record<'version' | 'now', string> &
        Record<'fsync' | 'pages' | 'commits', string> &
        Record<'replica' | 'super' | 'ssl', boolean>
    >`
      SELECT current_setting('server_version_num') AS version,
        current_setting('fsync') AS fsync,
        current_setting('full_page_writes') AS pages,
        current_setting('synchronous_commit') AS commits,
        pg_is_in_recovery() AS replica,
        current_setting('is_superuser') = 'on' AS super,
        COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), FALSE) AS ssl,
        (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::TEXT AS now`,
  )
  return {
    dialect: 'postgresql',
    versionNumber: Number(row.version),
    fsync: row.fsync === 'on',
    fullPageWrites: row.pages === 'on',
    synchronousCommit: row.commits,
    isReplica: row.replica,
    isSuperuser: row.super,
    isEncrypted: row.ssl,
    now: Number(row.now),
  }
}

async function one<Row>(database: Database, query: RawBuilder<Row>): Promise<Row> {
  const { rows } = await query.execute(database.read)
  const [row] = rows
  if (row === undefined) throw new Error('the database said nothing of itself')
  return row
}
