import { AsyncLocalStorage } from 'node:async_hooks'
import { DatabaseError } from './database-error.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import { runUnit, type Unit, type UnitSurroundings } from './run-unit.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { UnitConnection } from './unit-connection.ts'

// A batch holds up the event loop, and every unit in it waits for its end: so it is bounded in number and in time.
const mostUnitsInBatch = 256
const defaultBatchLimitMilliseconds = 20

interface QueuedUnit {
  /** Runs the unit in its savepoint; never rejects. */
  run(): Promise<RanUnit>
  reject(error: unknown): void
}

interface RanUnit {
  /** Tells the caller its outcome: only called once the batch is durable. */
  answer(): void
  reject(error: unknown): void
}

/**
 * The only writer of a SQLite file in this process. A commit costs one wait for the disk: so the units that are queued
 * run one after another in one transaction, each in a savepoint of its own, are committed together, and are answered
 * only then.
 *
 * @see https://www.sqlite.org/lang_savepoint.html
 */
export class GroupCommit {
  readonly #writer: SqliteConnection
  readonly #surroundings: UnitSurroundings
  readonly #batchLimitMilliseconds: number
  readonly #queue: QueuedUnit[] = []
  #draining: Promise<void> | undefined

  constructor(
    writer: SqliteConnection,
    surroundings: UnitSurroundings,
    batchLimitMilliseconds: number = defaultBatchLimitMilliseconds,
  ) {
    this.#writer = writer
    this.#surroundings = surroundings
    this.#batchLimitMilliseconds = batchLimitMilliseconds
  }

  write<T>(unit: Unit<T>): Promise<T> {
    // Units run from the queue's own loop, but in the asynchronous context of their caller.
    const inContext = AsyncLocalStorage.snapshot()
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run: () => inContext(() => this.#runInSavepoint(unit, resolve, reject)), reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Waits until every unit that was queued has been answered. */
  async finish(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // The requests that have arrived by now join the batch: the event loop hands them out before it comes here.
      await new Promise((resolve) => setImmediate(resolve))
      await this.#commitBatch()
    }
    this.#draining = undefined
  }

  async #commitBatch(): Promise<void> {
    try {
      await retryWhileBusy(() => this.#writer.run('BEGIN IMMEDIATE'))
    } catch (error) {
      for (const queued of this.#queue.splice(0)) queued.reject(error)
      return
    }
    const batch: RanUnit[] = []
    try {
      await this.#runQueued(batch)
      this.#writer.run('COMMIT')
    } catch (error) {
      this.#rollBack()
      for (const ran of batch) ran.reject(writeFailed(error))
      return
    }
    for (const ran of batch) ran.answer()
  }

  async #runQueued(batch: RanUnit[]): Promise<void> {
    const endsAt = performance.now() + this.#batchLimitMilliseconds
    let taken = 0
    try {
      // The queue may grow meanwhile: units that arrive while the batch runs are part of it.
      for (const queued of this.#queue) {
        if (taken === mostUnitsInBatch || performance.now() >= endsAt) return
        taken++
        batch.push(await queued.run())
        if (!this.#writer.inTransaction) throw new Error('SQLite rolled the whole transaction back.')
      }
    } finally {
      this.#queue.splice(0, taken)
    }
  }

  async #runInSavepoint<T>(
    unit: Unit<T>,
    resolve: (result: T) => void,
    reject: (error: unknown) => void,
  ): Promise<RanUnit> {
    try {
      this.#writer.run('SAVEPOINT unit')
      const connection = new UnitConnection(async (query) => this.#writer.execute(query))
      const ran = await runUnit(unit, connection, this.#surroundings)
      await connection.settled()
      connection.assertSound()
      this.#writer.run('RELEASE unit')
      const answer = () => {
        resolve(ran.result)
        this.#surroundings.announcements.wake(ran.topics)
      }
      return { answer, reject }
    } catch (error) {
      this.#rollBackToSavepoint()
      // Its own error tells more than the batch's could.
      return { answer: () => reject(error), reject: () => reject(error) }
    }
  }

  // When not even that succeeds, the batch must not be committed with half a unit in it.
  #rollBackToSavepoint(): void {
    try {
      this.#writer.run('ROLLBACK TO unit')
      this.#writer.run('RELEASE unit')
    } catch {
      this.#rollBack()
    }
  }

  #rollBack(): void {
    try {
      if (this.#writer.inTransaction) this.#writer.run('ROLLBACK')
    } catch {
      // The units are told what went wrong first; if the transaction is still open, the next BEGIN fails and says so.
    }
  }
}

function writeFailed(cause: unknown): DatabaseError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DatabaseError('write_failed', `Nothing was stored (${reason}): check the disk and its free space.`, cause)
}
