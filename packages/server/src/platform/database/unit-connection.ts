import type { CompiledQuery, ConnectionProvider, DatabaseConnection, QueryResult } from 'kysely'
import { type Execute, refuseStreaming } from './read-connection.ts'

/**
 * The connection of one unit of work. It runs one statement after another, stops with the unit, and makes both dialects
 * agree that a failed statement fails its unit, whether or not the unit caught the error.
 *
 * @see https://www.postgresql.org/docs/current/tutorial-transactions.html
 */
export class UnitConnection implements ConnectionProvider {
  readonly #execute: Execute
  readonly #connection: DatabaseConnection
  #last: Promise<unknown> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined
  #ended = false

  constructor(execute: Execute) {
    this.#execute = execute
    this.#connection = {
      executeQuery: <R>(query: CompiledQuery) => this.#queue(query) as Promise<QueryResult<R>>,
      streamQuery: refuseStreaming,
    }
  }

  provideConnection<T>(consumer: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    return consumer(this.#connection)
  }

  /** No statement begins after this call; resolves when the one that is running has ended. */
  async end(): Promise<void> {
    this.#ended = true
    await this.#last
  }

  /** Throws what the unit's first failed statement threw. */
  assertSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #queue(query: CompiledQuery): Promise<QueryResult<unknown>> {
    const outcome = this.#last.then(() => this.#run(query))
    this.#last = outcome.catch(() => {})
    return outcome
  }

  async #run(query: CompiledQuery): Promise<QueryResult<unknown>> {
    if (this.#ended) throw new Error('tx was used after its unit of work had ended: a query was not awaited.')
    if (this.#failure !== undefined) throw this.#failure.error
    try {
      return await this.#execute(query)
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }
}
