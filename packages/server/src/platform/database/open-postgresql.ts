import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery, PostgresAdapter, PostgresQueryCompiler } from 'kysely'
import type { PoolClient } from 'pg'
import { Announcements } from './announcements.ts'
import type { Database } from './database.ts'
import { DatabaseError } from './database-error.ts'
import { migrate } from './migrate.ts'
import type { OpenDatabaseOptions } from './open-database.ts'
import { openQueries } from './open-queries.ts'
import { explainConnecting, explainPermission, isConnectionLost, isForbidden, isTransient } from './postgresql-error.ts'
import { ANNOUNCEMENT_CHANNEL, PostgresqlListener } from './postgresql-listener.ts'
import { PostgresqlPool } from './postgresql-pool.ts'
import { accessPostgresqlSchema } from './postgresql-schema.ts'
import { provideReads } from './read-connection.ts'
import { type RanUnit, runUnit, type Unit, type UnitSurroundings } from './run-unit.ts'
import { createUnitScope } from './unit-scope.ts'

const language = { compiler: new PostgresQueryCompiler(), adapter: new PostgresAdapter() }

const mostAttempts = 5
const longestPauseMilliseconds = 20

/** Opens a PostgreSQL database: each unit of work is one transaction on a connection of its own. */
export async function openPostgresql(
  address: { readonly url: string; readonly shown: string },
  options: OpenDatabaseOptions,
  limitMilliseconds: number,
): Promise<Database> {
  const pool = new PostgresqlPool(address.url, address.shown, options.log)
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
  { url, shown }: { readonly url: string; readonly shown: string },
): Database {
  const scope = createUnitScope()
  const announcements = new Announcements()
  const surroundings = { language, scope, clock: options.clock, limitMilliseconds, announcements, notify }
  const listener = new PostgresqlListener(url, announcements, options.log)
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  async function untilDone<T>(act: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new DatabaseError('closed', 'The database was closed: open it again.')
    const outcome = act()
    running.add(outcome)
    return outcome.finally(() => running.delete(outcome))
  }

  return {
    dialect: 'postgresql',
    read: openQueries(
      language,
      provideReads(scope, (query) => untilDone(() => pool.execute(query))),
    ),
    async write(unit) {
      scope.refuseInside('write')
      return untilDone(() => writeWithRetries(pool, unit, surroundings, shown))
    },
    onAnnounced(topic, listening) {
      listener.start()
      return announcements.listen(topic, listening)
    },
    close() {
      closing ??= Promise.allSettled([...running, listener.close()]).then(() => pool.close())
      return closing
    },
  }
}

/** Sent inside the transaction: PostgreSQL delivers it when that is committed, and never when it is not. */
function notify(topic: string): CompiledQuery {
  return CompiledQuery.raw('SELECT pg_notify($1, $2)', [ANNOUNCEMENT_CHANNEL, topic])
}

async function migrateOn(pool: PostgresqlPool, options: OpenDatabaseOptions, shown: string): Promise<void> {
  const client = await pool.connect()
  try {
    await migrate(accessPostgresqlSchema(client), options.migrations, options.clock)
  } catch (error) {
    client.release(true)
    if (isForbidden(error)) throw explainPermission(error, shown)
    throw isConnectionLost(error) ? explainConnecting(error, shown) : error
  }
  client.release()
}

async function writeWithRetries<T>(
  pool: PostgresqlPool,
  unit: Unit<T>,
  surroundings: UnitSurroundings,
  shown: string,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const client = await begin(pool, shown)
      return await writeOn(client, pool, unit, surroundings, shown)
    } catch (error) {
      if (!isTransient(error) || attempt === mostAttempts) throw error
    }
    await sleep(Math.random() * longestPauseMilliseconds * attempt)
  }
}

/** A connection that was lost while idle is noticed only here: another one is taken instead, since nothing has run yet. */
async function begin(pool: PostgresqlPool, shown: string): Promise<PoolClient> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    try {
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
      return client
    } catch (error) {
      client.release(true)
      if (!isConnectionLost(error)) throw error
      if (attempt === mostAttempts) throw explainConnecting(error, shown)
    }
  }
}

async function writeOn<T>(
  client: PoolClient,
  pool: PostgresqlPool,
  unit: Unit<T>,
  surroundings: UnitSurroundings,
  shown: string,
): Promise<T> {
  let ran: RanUnit<T>
  try {
    ran = await runUnit(unit, (query) => pool.executeOn(client, query), surroundings)
  } catch (error) {
    await rollBack(client, error)
    throw error
  }
  await commit(client, shown)
  surroundings.announcements.wake(ran.topics)
  return ran.result
}

// After a time-out a statement may still run, and after a lost connection none can: closing it rolls back as well.
async function rollBack(client: PoolClient, error: unknown): Promise<void> {
  if (error instanceof DatabaseError) {
    client.release(true)
    return
  }
  try {
    await client.query('ROLLBACK')
    client.release()
  } catch {
    client.release(true)
  }
}

async function commit(client: PoolClient, shown: string): Promise<void> {
  let command: string
  try {
    command = (await client.query('COMMIT')).command
  } catch (error) {
    client.release(true)
    if (isTransient(error)) throw error
    throw isConnectionLost(error) ? unknownOutcome(error, shown) : writeFailed(error)
  }
  client.release()
  // PostgreSQL answers COMMIT with ROLLBACK when a statement of the transaction had failed.
  if (command !== 'COMMIT') throw writeFailed(new Error('the transaction had failed before'))
}

function writeFailed(cause: unknown): DatabaseError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DatabaseError('write_failed', `Nothing was stored (${reason}): check the PostgreSQL server's log.`, cause)
}

function unknownOutcome(cause: unknown, shown: string): DatabaseError {
  return new DatabaseError(
    'outcome_unknown',
    `The connection to ${shown} was lost while committing, so the change is stored whole or not at all: look before you repeat it.`,
    cause,
  )
}
