import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError } from './database-error.ts'
import type { MigrationObserver, Row, SchemaAccess } from './migrate.ts'
import type { IndexStep } from './migration.ts'
import type { PostgresqlConnection } from './postgresql-connection.ts'
import { findFailure, isLockUnavailable } from './postgresql-error.ts'

/** Names the lock under which migrations run: any number that nobody else would take. */
const advisoryLock = '7236198504177231'

/** The first half of the names of locks that running instances hold; the second half is how many steps of the schema they know. */
export const INSTANCE_LOCKS = 723_619_850

const pollMilliseconds = 200
/** Whoever needs a table waits behind a step that waits for it: so for no longer than people wait without noticing. */
const lockTimeoutMilliseconds = 1000
const pauseMilliseconds = 1000

// From pg_class, since information_schema hides tables that this user may not use. Views may belong to an extension.
const listTablesOfSchema = `SELECT relname FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')`

export interface SchemaConnections {
  /** Does the work. */
  readonly work: PostgresqlConnection
  /** Opens one more, which holds the turn; closed by whoever closes `work`. */
  openTurn(): Promise<PostgresqlConnection>
  readonly observer: MigrationObserver
  /** For how long to wait for other processes, and for locks. */
  readonly patienceMilliseconds: number
}

/**
 * The turn is a transaction on a connection of its own, so that it can be held through a pooler that lends connections for one transaction. It ends with
 * the process, or with the connection: so each step also looks, in its own transaction, whether it was taken already.
 */
export function accessPostgresqlSchema(connections: SchemaConnections): SchemaAccess {
  const { work } = connections
  let turn: PostgresqlConnection | undefined

  async function inTransaction<T>(act: () => Promise<T>): Promise<T> {
    return repeatWhileLocked(connections, async () => {
      // Fails when the turn was lost with its connection.
      await turn?.query('SELECT 1')
      return transact(work, act)
    })
  }

  return {
    run: (statement) => query(work, statement),
    async listTables() {
      return (await query(work, listTablesOfSchema)).map((row) => String(row.relname))
    },
    change: async (statement) => (await work.query(statement)).rowCount ?? 0,
    async inTurn(act) {
      const holder = await connections.openTurn()
      await holder.query('BEGIN')
      await holder.query('SET LOCAL idle_in_transaction_session_timeout = 0')
      await takeTurn(holder, connections)
      turn = holder
      await act()
      await holder.query('COMMIT')
    },
    inTransaction,
    inTransactionWithout: (olderThan, act) =>
      inTransaction(async () => {
        await refuseWhileUsed(work, olderThan)
        return act()
      }),
    createIndexBeside: (index) =>
      repeatWhileLocked(connections, async () => {
        await turn?.query('SELECT 1')
        await createIndex(work, index)
      }),
  }
}

async function query(client: PostgresqlConnection, statement: string): Promise<readonly Row[]> {
  // What SQLite calls BINARY: the order of bytes, which in UTF-8 is that of code points.
  return (await client.query(statement.replaceAll('COLLATE BINARY', 'COLLATE "C"'))).rows
}

async function transact<T>(client: PostgresqlConnection, act: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  try {
    // A step may take long; but while it waits for a lock, whoever comes after it waits as well.
    await client.query('SET LOCAL statement_timeout = 0')
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMilliseconds}`)
    const result = await act()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** Asked again and again: whoever waits inside a statement would be waited for by an index that is made beside the writers. */
async function takeTurn(
  holder: PostgresqlConnection,
  { observer, patienceMilliseconds }: SchemaConnections,
): Promise<void> {
  const giveUpAt = performance.now() + patienceMilliseconds
  for (let attempt = 0; ; attempt++) {
    const [row] = await query(holder, `SELECT pg_try_advisory_xact_lock(${advisoryLock}) AS taken`)
    if (row?.taken === true) return
    if (performance.now() >= giveUpAt) throw turnNotHad(patienceMilliseconds, await describeHolder(holder))
    if (attempt % 50 === 0) observer.waiting?.('another process that changes the schema')
    await sleep(pollMilliseconds)
  }
}

/** Of a bigint, a lock's name has the upper half as `classid` and the lower one as `objid`. */
async function describeHolder(client: PostgresqlConnection): Promise<string> {
  const [row] = await query(
    client,
    `SELECT ${describeSession} AS who FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::BIGINT << 32) + l.objid::BIGINT = ${advisoryLock}`,
  )
  return typeof row?.who === 'string' ? row.who : 'one that is gone by now'
}

const describeSession = `format('pid %s from %s, application "%s", in its transaction for %s s', a.pid, coalesce(host(a.client_addr), 'this machine'),
  a.application_name, round(extract(epoch FROM clock_timestamp() - a.xact_start)))`

/** Again after a pause, where a lock was not to be had in time: meanwhile everybody else gets on. */
async function repeatWhileLocked<T>(
  { work, observer, patienceMilliseconds }: SchemaConnections,
  act: () => Promise<T>,
): Promise<T> {
  const giveUpAt = performance.now() + patienceMilliseconds
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (!isLockUnavailable(error) && findFailure(error) !== 'transient') throw error
      const who = await describeOldest(work)
      if (performance.now() >= giveUpAt) throw lockNotHad(patienceMilliseconds, who, error)
      observer.waiting?.(`a lock; the oldest transaction with one is that of ${who}`)
    }
    await sleep(pauseMilliseconds)
  }
}

/** Whoever kept a step waiting is known only while it waits; but it is the oldest transaction as a rule. Sessions of other users tell nothing of themselves. */
async function describeOldest(client: PostgresqlConnection): Promise<string> {
  const [row] = await query(
    client,
    `SELECT ${describeSession} AS who FROM pg_stat_activity AS a
      WHERE a.datname = current_database() AND a.xact_start IS NOT NULL AND EXISTS (
        SELECT 1 FROM pg_locks AS l
        WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.granted AND l.relation >= ${firstOwnOid})
      ORDER BY a.xact_start LIMIT 1`,
  )
  return typeof row?.who === 'string' ? row.who : 'one that is gone by now'
}

/** Below are the tables that PostgreSQL itself has. */
const firstOwnOid = 16_384

/**
 * Takes the lock of every older release, which the instances that run hold between them. Those that start meanwhile wait for it, and find the
 * step taken.
 */
async function refuseWhileUsed(work: PostgresqlConnection, olderThan: number): Promise<void> {
  for (let known = 1; known < olderThan; known++) {
    const [row] = await query(work, `SELECT pg_try_advisory_xact_lock(${INSTANCE_LOCKS}, ${known}) AS taken`)
    if (row?.taken !== true) throw schemaInUse(olderThan, known)
  }
}

/** @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY */
async function createIndex(work: PostgresqlConnection, { name, on }: IndexStep['index']): Promise<void> {
  const [found] = await query(
    work,
    `SELECT i.indisvalid AS is_valid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
      WHERE c.relname = '${name}' AND c.relnamespace = current_schema()::regnamespace`,
  )
  if (found?.is_valid === true) return
  // Both run outside a transaction, and neither keeps anybody from reading or writing: so they may wait.
  await work.query('SET statement_timeout = 0')
  if (found !== undefined) {
    // It may still be under way: PostgreSQL notices late that the process that began it is gone.
    await work.query(`SET lock_timeout = ${lockTimeoutMilliseconds}`)
    await work.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
  }
  await work.query('SET lock_timeout = 0')
  await query(work, `CREATE INDEX CONCURRENTLY ${name} ON ${on}`)
}

function turnNotHad(patienceMilliseconds: number, who: string): DatabaseError {
  return new DatabaseError(
    'busy',
    `Another process has been changing the schema for ${patienceMilliseconds / 1000} s (${who}): wait until it is done and start again, or end it if it hangs.`,
  )
}

function lockNotHad(patienceMilliseconds: number, who: string, cause: unknown): DatabaseError {
  return new DatabaseError(
    'busy',
    `A step of the schema has waited ${patienceMilliseconds / 1000} s for a lock. The oldest transaction that holds one is that of ${who}: end it, then start again.`,
    cause,
  )
}

function schemaInUse(step: number, known: number): DatabaseError {
  return new DatabaseError(
    'schema_in_use',
    `An instance of an older release still runs (it knows ${known} steps of the schema), and could not go on after step ${step}: stop it, then try again.`,
  )
}
