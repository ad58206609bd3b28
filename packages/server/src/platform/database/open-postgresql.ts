import { CompiledQuery, PostgresAdapter, PostgresQueryCompiler } from 'kysely'
import { escapeIdentifier } from 'pg'
import type { EpochMilliseconds } from '../clock/clock.ts'
import { Announcements } from './announcements.ts'
import type { Database, Queries } from './database.ts'
import { databaseClosed } from './database-error.ts'
import { longestWaitMilliseconds, migrate } from './migrate.ts'
import type { OpenDatabaseOptions } from './open-database.ts'
import { openQueries } from './open-queries.ts'
import type { PostgresqlAddress } from './parse-postgresql-url.ts'
import type { PostgresqlConnection } from './postgresql-connection.ts'
import { explainFailure, explainPermission, isForbidden } from './postgresql-error.ts'
import { ANNOUNCEMENT_CHANNEL, PostgresqlListener } from './postgresql-listener.ts'
import { PostgresqlPool } from './postgresql-pool.ts'
import { accessPostgresqlSchema } from './postgresql-schema.ts'
import { provideReads } from './read-connection.ts'
import { createUnitScope, type UnitScope } from './unit-scope.ts'
import { writePostgresql } from './write-postgresql.ts'

const language = { compiler: new PostgresQueryCompiler(), adapter: new PostgresAdapter() }

/** Opens a PostgreSQL database: each unit of work is one transaction on a connection of its own. */
export async function openPostgresql(
  address: PostgresqlAddress,
  options: OpenDatabaseOptions,
  limitMilliseconds: number,
): Promise<Database> {
  const pool = new PostgresqlPool(address, options.log)
  try {
    await migrateOn(pool, options, address.shown)
  } catch (error) {
    await pool.close()
    throw error
  }
  return assemble(pool, options, limitMilliseconds, address)
}

function assemble(
  pool: PostgresqlPool,
  options: OpenDatabaseOptions,
  limitMilliseconds: number,
  address: PostgresqlAddress,
): Database {
  const scope = createUnitScope()
  const announcements = new Announcements()
  const surroundings = { language, scope, clock: options.clock, limitMilliseconds, announcements, notify }
  const listener = new PostgresqlListener(address, announcements, {
    log: options.log,
    knownSteps: options.migrations.length,
  })
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  async function untilDone<T>(act: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw databaseClosed()
    const outcome = act()
    running.add(outcome)
    return outcome.finally(() => running.delete(outcome))
  }

  function reading(urgency: { readonly isUrgent: boolean }): Queries {
    const connections = provideReads('postgresql', scope, (query) => untilDone(() => pool.read(query, urgency)))
    return openQueries(language, connections)
  }

  return {
    dialect: 'postgresql',
    read: reading({ isUrgent: false }),
    readUrgently: reading({ isUrgent: true }),
    connections: pool,
    async write(unit, { isRepeatable = false } = {}) {
      scope.refuseInside('write')
      return untilDone(() => writePostgresql(pool, unit, surroundings, { isRepeatable, address }))
    },
    async snapshot(act) {
      scope.refuseInside('read')
      return untilDone(() => readSnapshot(pool, scope, act))
    },
    onAnnounced(topic, listening) {
      listener.start()
      return announcements.listen(topic, listening)
    },
    readClock: () => untilDone(() => readClock(pool)),
    analyze: (tables) => untilDone(() => analyze(pool, tables)),
    close() {
      closing ??= Promise.allSettled([...running, listener.close()]).then(() => pool.close())
      return closing
    },
  }
}

/** Not that of the transaction, which stands still in it. */
const clockQuery = CompiledQuery.raw(
  'SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS DOUBLE PRECISION) AS now',
)

async function readClock(pool: PostgresqlPool): Promise<EpochMilliseconds> {
  const { rows } = await pool.read(clockQuery)
  const [row] = rows as readonly { readonly now: number }[]
  if (row === undefined) throw new Error('the database told no time')
  return row.now
}

/** @see https://www.postgresql.org/docs/current/transaction-iso.html#XACT-REPEATABLE-READ */
async function readSnapshot<T>(pool: PostgresqlPool, scope: UnitScope, act: (sql: Queries) => Promise<T>): Promise<T> {
  const connection = await pool.acquire()
  try {
    await connection.command('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    // Whoever takes the pages may be slow: a disk, a pipe.
    await connection.command('SET LOCAL statement_timeout = 0')
    await connection.command('SET LOCAL idle_in_transaction_session_timeout = 0')
    // The moment is that of the first statement that reads.
    await connection.command('SELECT 1')
    const reads = provideReads('postgresql', scope, (query) => connection.execute(query))
    const result = await act(openQueries(language, reads))
    await connection.command('COMMIT')
    pool.release(connection)
    return result
  } catch (error) {
    pool.destroy(connection)
    throw explainFailure(error, pool.shown)
  }
}

/** @see https://www.postgresql.org/docs/current/sql-analyze.html */
async function analyze(pool: PostgresqlPool, tables: readonly string[]): Promise<void> {
  const connection = await pool.acquire()
  try {
    // In a transaction, so that the time-out goes with it, behind a pooler too.
    await connection.command('BEGIN; SET LOCAL statement_timeout = 0')
    await connection.query(`ANALYZE ${tables.map(escapeIdentifier).join(', ')}`)
    await connection.command('COMMIT')
    pool.release(connection)
  } catch (error) {
    pool.destroy(connection)
    throw explainFailure(error, pool.shown)
  }
}

/** Sent inside the transaction: PostgreSQL delivers it when that is committed, and never when it is not. */
function notify(topic: string): CompiledQuery {
  return CompiledQuery.raw('SELECT pg_notify($1, $2)', [ANNOUNCEMENT_CHANNEL, topic])
}

async function migrateOn(pool: PostgresqlPool, options: OpenDatabaseOptions, shown: string): Promise<void> {
  const { clock, takesContractSteps = false, migrationObserver: observer = {} } = options
  const patienceMilliseconds = options.migrationPatienceMilliseconds ?? longestWaitMilliseconds
  const work = await pool.acquire()
  let turn: PostgresqlConnection | undefined
  let failed = true
  try {
    const openTurn = async () => {
      // Not one of the others: where there may be one alone, nobody would ever bring it back.
      turn = await pool.acquire({ isUrgent: true })
      return turn
    }
    const access = accessPostgresqlSchema({ work, openTurn, observer, patienceMilliseconds })
    await migrate(access, options.migrations, { clock, takesContractSteps, observer })
    failed = false
  } catch (error) {
    throw isForbidden(error) ? explainPermission(error, shown) : explainFailure(error, shown)
  } finally {
    // Steps change the time-outs of their connection.
    if (failed || turn !== undefined) pool.destroy(work)
    else pool.release(work)
    if (turn !== undefined) pool.destroy(turn)
  }
}
