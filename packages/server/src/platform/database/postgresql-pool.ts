import type { CompiledQuery, QueryResult } from 'kysely'
import { Pool, type PoolClient, types } from 'pg'
import { assertStorable } from './assert-storable.ts'
import type { DatabaseLog } from './open-database.ts'
import { explainConnecting, isConnectionLost } from './postgresql-error.ts'

/** PostgreSQL's default of 100 connections serves nine instances and leaves some for the operator. */
const mostConnections = 10
const connectionTimeoutMilliseconds = 5000
const statementTimeoutMilliseconds = 10_000

/** The server itself ends a transaction that is left open, should this process hang; later than our own limit would. */
const idleInTransactionMilliseconds = 15_000

const writingCommands: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** Connections to one PostgreSQL database. */
export class PostgresqlPool {
  readonly #pool: Pool
  readonly #shown: string

  /** `shown` is the URL without its secrets, for messages. What the URL sets itself wins over the values here. */
  constructor(url: string, shown: string, log: DatabaseLog | undefined) {
    this.#shown = shown
    this.#pool = new Pool({
      connectionString: url,
      application_name: 'ostiary',
      max: mostConnections,
      connectionTimeoutMillis: connectionTimeoutMilliseconds,
      statement_timeout: statementTimeoutMilliseconds,
      idle_in_transaction_session_timeout: idleInTransactionMilliseconds,
      keepAlive: true,
      types: { getTypeParser },
    })
    // Without a listener, a connection lost while idle, or while checked out, would end the process.
    this.#pool.on('error', (error) => log?.warn({ reason: error.message }, 'A database connection was lost.'))
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** @throws DatabaseError `server_unreachable`, `credentials_refused`, `database_missing`, `permission_denied`, `busy` */
  async connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw explainConnecting(error, this.#shown)
    }
  }

  /** Runs one statement on any connection. */
  async execute(query: CompiledQuery): Promise<QueryResult<unknown>> {
    const client = await this.connect()
    let lost = false
    try {
      return await this.executeOn(client, query)
    } catch (error) {
      lost = isConnectionLost(error)
      throw error
    } finally {
      client.release(lost)
    }
  }

  async executeOn(client: PoolClient, query: CompiledQuery): Promise<QueryResult<unknown>> {
    for (const parameter of query.parameters) assertStorable(parameter)
    try {
      const { command, rowCount, rows } = await client.query(query.sql, [...query.parameters])
      return writingCommands.has(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows }
    } catch (error) {
      throw isConnectionLost(error) ? explainConnecting(error, this.#shown) : error
    }
  }

  close(): Promise<void> {
    return this.#pool.end()
  }
}

/** BIGINT, and the NUMERIC of a sum over it, as numbers: as SQLite gives them. */
const numberTypes: ReadonlySet<number> = new Set([types.builtins.INT8, types.builtins.NUMERIC])

// Of this pool alone: pg's own table of parsers is global.
function getTypeParser(type: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return format !== 'binary' && numberTypes.has(type) ? parseNumber : types.getTypeParser(type, 'text')
}

function parseNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    throw new RangeError(`The database holds ${text}, which is beyond the whole numbers that JavaScript has.`)
  }
  return number
}
