import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { CompiledQuery, QueryResult } from 'kysely'
import { assertStorable } from './assert-storable.ts'
import type { Row } from './migrate.ts'

interface PreparedStatement {
  readonly statement: StatementSync
  readonly givesRows: boolean
}

const mostStatementsKept = 500

/** One connection to a SQLite file, with its prepared statements. */
export class SqliteConnection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, PreparedStatement>()

  constructor(path: string) {
    // No busy time-out: waiting is done by `retryWhileBusy`, off the event loop.
    this.#database = new DatabaseSync(path, { timeout: 0 })
  }

  /** Whether a transaction is open; SQLite itself ends it on some errors, such as a full disk. */
  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  execute(query: CompiledQuery): QueryResult<unknown> {
    const { statement, givesRows } = this.#prepare(query.sql)
    const parameters = query.parameters.map(toSqlite)
    if (!givesRows) return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) }
    const rows = statement.all(...parameters)
    return query.query.kind === 'SelectQueryNode' ? { rows } : { rows, numAffectedRows: BigInt(rows.length) }
  }

  run(sql: string): readonly Row[] {
    const { statement, givesRows } = this.#prepare(sql)
    if (givesRows) return statement.all()
    statement.run()
    return []
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepare(sql: string): PreparedStatement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    const prepared = { statement, givesRows: statement.columns().length > 0 }
    this.#statements.set(sql, prepared)
    if (this.#statements.size > mostStatementsKept) this.#forgetOldest()
    return prepared
  }

  #forgetOldest(): void {
    for (const sql of this.#statements.keys()) {
      this.#statements.delete(sql)
      return
    }
  }
}

// node:sqlite would bind the whole number 1 as 1.0, and store it in a TEXT column so.
function toSqlite(value: unknown): SQLInputValue {
  assertStorable(value)
  return Number.isSafeInteger(value) ? BigInt(Number(value)) : value
}
