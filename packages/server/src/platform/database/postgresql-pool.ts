import type { CompiledQuery } from 'kysely'
import { ConnectionPool } from './connection-pool.ts'
import type { ConnectionFigures, DatabaseConnections } from './database.ts'
import { openConnection } from './open-connection.ts'
import type { DatabaseLog } from './open-database.ts'
import type { PostgresqlAddress } from './parse-postgresql-url.ts'
import { PostgresqlConnection, type Result } from './postgresql-connection.ts'
import { explainFailure, type Failure, findFailure, findSqlState } from './postgresql-error.ts'
import { StatementNames } from './statement-names.ts'

/** As often as connections that were lost unnoticed may come one after another. */
const mostReads = 5

const lostOne = 'A database connection was lost.'

/** Connections to one PostgreSQL database. */
export class PostgresqlPool implements DatabaseConnections {
  readonly #pool: ConnectionPool<PostgresqlConnection>
  readonly #names: StatementNames
  readonly #log: DatabaseLog | undefined
  /** The address, for messages. */
  readonly shown: string

  constructor(address: PostgresqlAddress, log: DatabaseLog | undefined) {
    this.shown = address.shown
    this.#log = log
    this.#names = new StatementNames({ isOff: address.isPooledByTransaction })
    this.#pool = new ConnectionPool({
      open: async () => new PostgresqlConnection(await openConnection(address), this.#names),
      most: address.mostConnections,
      onLost: () => log?.warn({}, lostOne),
    })
  }

  get figures(): ConnectionFigures {
    return this.#pool.figures
  }

  observeWaits(observe: (seconds: number) => void): void {
    this.#pool.observeWaits(observe)
  }

  /** @throws DatabaseError as `openConnection`, or `busy` */
  acquire(options: { readonly isUrgent?: boolean } = {}): Promise<PostgresqlConnection> {
    return this.#pool.acquire(options)
  }

  release(connection: PostgresqlConnection): void {
    this.#pool.release(connection)
  }

  destroy(connection: PostgresqlConnection): void {
    this.#pool.destroy(connection)
  }

  /** Runs one statement that reads, on any connection: again on another one when that is lost. */
  async read(query: CompiledQuery, options: { readonly isUrgent?: boolean } = {}): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const connection = await this.acquire(options)
      const sentAt = performance.now()
      try {
        const result = await connection.execute(query, options)
        this.release(connection)
        return result
      } catch (error) {
        const failure = this.#takeBack(connection, error, sentAt)
        const mayRepeat = failure !== undefined && repeatable.has(failure)
        if (!mayRepeat || attempt === mostReads) throw explainFailure(error, this.shown)
      }
    }
  }

  #takeBack(connection: PostgresqlConnection, error: unknown, sentAt: number): Failure | undefined {
    const failure = findFailure(error)
    if (failure === 'lost') this.destroy(connection)
    else this.release(connection)
    this.learn(error, sentAt)
    return failure
  }

  /** What the failure of something that was begun at a moment of `performance.now()` tells of all connections. */
  learn(error: unknown, begunAt: number): void {
    const failure = findFailure(error)
    if (failure === 'lost') {
      this.#log?.warn({}, lostOne)
      this.#pool.dropIdleSince(begunAt)
    }
    if (failure === 'read_only') {
      this.#log?.warn({}, 'PostgreSQL takes no writes any more: its primary is looked for.')
      this.#pool.renew()
    }
    if (failure === 'stale_statement') this.#forgetStatements(error)
  }

  #forgetStatements(error: unknown): void {
    // Nobody else uses a connection of ours, unless a pooler lends it to many.
    if (findSqlState(error) !== CHANGED_RESULT) {
      this.#names.turnOff()
      const advice = 'A pooler stands before PostgreSQL: add pooler=transaction to the database URL.'
      this.#log?.warn(
        {},
        `Statements are not prepared any more, since somebody else prepares on the same connections. ${advice}`,
      )
    }
    this.#pool.renew()
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}

const CHANGED_RESULT = '0A000'

const repeatable: ReadonlySet<Failure> = new Set(['lost', 'transient', 'read_only', 'stale_statement'])
