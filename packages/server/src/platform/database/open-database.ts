import type { Clock } from '../clock/clock.ts'
import type { Database } from './database.ts'
import type { MigrationObserver } from './migrate.ts'
import type { Migration } from './migration.ts'
import { openSqlite } from './open-sqlite.ts'
import { parseDatabaseUrl } from './parse-database-url.ts'
import { traceUnits } from './trace-units.ts'

/** Where the database tells of trouble that no caller waits for. A pino logger is one. */
export interface DatabaseLog {
  warn(details: object, message: string): void
}

export interface OpenDatabaseOptions {
  /** `sqlite:<path>`, `postgres://…` or `postgresql://…`. */
  readonly url: string
  /** Every step of the schema, in order; the pending ones are taken before this resolves, but for contract steps at the end. */
  readonly migrations: readonly Migration[]
  /** Whether contract steps are taken as well: no older release works with the database from then on. Default: no. */
  readonly takesContractSteps?: boolean
  /** Is told of the steps that are taken. */
  readonly migrationObserver?: MigrationObserver
  /** For how long the steps wait for other processes that migrate, and for locks, in milliseconds; ten minutes when absent. */
  readonly migrationPatienceMilliseconds?: number
  /** Gives `tx.now`. */
  readonly clock: Clock
  /** Nothing is told when absent. */
  readonly log?: DatabaseLog
  /** How long one unit of work may take before it is rolled back, in milliseconds; 5,000 when absent. */
  readonly unitLimitMilliseconds?: number
  /** On SQLite: for how long a batch takes in further units, in milliseconds; 20 when absent. */
  readonly batchLimitMilliseconds?: number
}

const defaultUnitLimitMilliseconds = 5000

/**
 * Opens the database and brings its schema up to date. A SQLite file, and its folder, are made when they are missing.
 *
 * @throws DatabaseError with one sentence for the operator: `bad_url`, `folder_not_creatable`, `file_not_writable`,
 * `not_a_database`, `file_damaged`, `server_unreachable`, `server_read_only`, `credentials_refused`, `certificate_refused`, `tls_refused`,
 * `pooler_refuses`, `database_missing`, `permission_denied`, `schema_newer`, `schema_unknown`, `schema_contract_due`, `schema_in_use`,
 * `write_failed`, `busy`.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const address = parseDatabaseUrl(options.url)
  const limit = options.unitLimitMilliseconds ?? defaultUnitLimitMilliseconds
  if (address.dialect === 'sqlite') return traceUnits(await openSqlite(address.path, options, limit))
  // Loaded when it is used: its driver is a good part of what a start on SQLite would load.
  const { openPostgresql } = await import('./open-postgresql.ts')
  return traceUnits(await openPostgresql(address, options, limit))
}
