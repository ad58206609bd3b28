import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError } from './database-error.ts'
import type { PostgresqlAddress } from './parse-postgresql-url.ts'
import type { PostgresqlConnection } from './postgresql-connection.ts'
import { explainFailure, type Failure, findFailure, UnreplicatedError, writeFailed } from './postgresql-error.ts'
import type { PostgresqlPool } from './postgresql-pool.ts'
import { PostgresqlTransaction } from './postgresql-transaction.ts'
import { type RanUnit, runUnit, type Unit, type UnitSurroundings } from './run-unit.ts'
import { UnitConnection } from './unit-connection.ts'

const mostAttempts = 5
const longestPauseMilliseconds = 20

interface WriteManner {
  readonly isRepeatable: boolean
  readonly address: Pick<PostgresqlAddress, 'shown' | 'isPooledByTransaction'>
}

interface AttemptManner extends WriteManner {
  /** By `performance.now()`. */
  readonly begunAt: number
}

type Attempt<T> =
  | { readonly isStored: true; readonly ran: RanUnit<T> }
  /** `again`: whether it may be run again, and after a pause. */
  | { readonly isStored: false; readonly error: unknown; readonly again: 'never' | 'now' | 'later' }

/** Failures after which a transaction that was not to be committed yet is gone for sure. */
const againAfter: Readonly<Partial<Record<Failure, 'now' | 'later'>>> = {
  transient: 'later',
  lost: 'now',
  read_only: 'now',
  stale_statement: 'now',
}

/** Runs a unit in a transaction of its own, again where that is sure to do it once, or where the caller says that twice is fine. */
export async function writePostgresql<T>(
  pool: PostgresqlPool,
  unit: Unit<T>,
  surroundings: UnitSurroundings,
  manner: WriteManner,
): Promise<T> {
  const giveUpAt = performance.now() + surroundings.limitMilliseconds
  for (let attempt = 1; ; attempt++) {
    const attempted = await writeOnce(pool, unit, surroundings, { ...manner, begunAt: performance.now() })
    if (attempted.isStored) {
      surroundings.announcements.wake(attempted.ran.topics)
      return attempted.ran.result
    }
    const { error, again } = attempted
    if (again === 'never' || attempt === mostAttempts || performance.now() > giveUpAt) throw error
    if (again === 'later') await sleep(Math.random() * longestPauseMilliseconds * attempt)
  }
}

async function writeOnce<T>(
  pool: PostgresqlPool,
  unit: Unit<T>,
  surroundings: UnitSurroundings,
  manner: AttemptManner,
): Promise<Attempt<T>> {
  const connection = await pool.acquire()
  const transaction = new PostgresqlTransaction(connection, manner.address)
  const statements = new UnitConnection((query) => transaction.execute(query))
  let ran: RanUnit<T>
  try {
    ran = await runUnit(unit, statements, surroundings)
  } catch (error) {
    await rollBack(pool, connection, { transaction, error })
    return judge(pool, statements.failure?.error ?? error, error, manner)
  }
  return commit(pool, connection, { ran, statements, transaction }, manner)
}

// After a time-out a statement may still run, and after a lost connection none can: closing it rolls back as well.
async function rollBack(
  pool: PostgresqlPool,
  connection: PostgresqlConnection,
  { transaction, error }: { readonly transaction: PostgresqlTransaction; readonly error: unknown },
): Promise<void> {
  if (error instanceof DatabaseError || connection.isGone) return pool.destroy(connection)
  try {
    await transaction.rollBack()
  } catch {
    return pool.destroy(connection)
  }
  pool.release(connection)
}

/** `thrown` is what the unit made of the failure of a statement. */
function judge(
  pool: PostgresqlPool,
  failed: unknown,
  thrown: unknown,
  { address, begunAt }: AttemptManner,
): Extract<Attempt<never>, { isStored: false }> {
  const failure = findFailure(failed)
  if (failure === undefined) return { isStored: false, error: thrown, again: 'never' }
  pool.learn(failed, begunAt)
  return { isStored: false, error: explainFailure(failed, address.shown), again: againAfter[failure] ?? 'never' }
}

async function commit<T>(
  pool: PostgresqlPool,
  connection: PostgresqlConnection,
  {
    ran,
    statements,
    transaction,
  }: {
    readonly ran: RanUnit<T>
    readonly statements: UnitConnection
    readonly transaction: PostgresqlTransaction
  },
  manner: AttemptManner,
): Promise<Attempt<T>> {
  let done: string
  try {
    done = await transaction.commit()
  } catch (error) {
    if (transaction.isCommitSent) return judgeCommit(pool, connection, error, manner)
    pool.destroy(connection)
    return judge(pool, error, error, manner)
  }
  pool.release(connection)
  if (done === 'COMMIT') return { isStored: true, ran }
  // PostgreSQL answers COMMIT with ROLLBACK when a statement of the transaction had failed.
  await statements.settled()
  const cause = statements.failure?.error ?? new Error('the transaction had failed before')
  return judge(pool, cause, statements.failure === undefined ? writeFailed(cause) : cause, manner)
}

function judgeCommit(
  pool: PostgresqlPool,
  connection: PostgresqlConnection,
  error: unknown,
  { isRepeatable, address, begunAt }: AttemptManner,
): Extract<Attempt<never>, { isStored: false }> {
  const failure = findFailure(error)
  if (error instanceof UnreplicatedError) {
    pool.destroy(connection)
    // Run again, it might find its own rows, write nothing, and wait for nobody.
    return { isStored: false, error: unreplicated(error, address.shown), again: 'never' }
  }
  pool.learn(error, begunAt)
  if (failure === 'lost') {
    pool.destroy(connection)
    return { isStored: false, error: unknownOutcome(error, address.shown), again: isRepeatable ? 'now' : 'never' }
  }
  pool.release(connection)
  return {
    isStored: false,
    error: writeFailed(error),
    again: failure === undefined ? 'never' : (againAfter[failure] ?? 'never'),
  }
}

function unreplicated(cause: unknown, shown: string): DatabaseError {
  return new DatabaseError(
    'outcome_unknown',
    `The change is stored at ${shown} alone, since its wait for the synchronous standby was cancelled: a failover may forget it.`,
    cause,
  )
}

function unknownOutcome(cause: unknown, shown: string): DatabaseError {
  return new DatabaseError(
    'outcome_unknown',
    `The connection to ${shown} was lost while committing, so the change is stored whole or not at all: look before you repeat it.`,
    cause,
  )
}
