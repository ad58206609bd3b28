import type { CompiledQuery, ConnectionProvider, DatabaseConnection, QueryResult } from 'kysely'
import { assertStorable } from './assert-storable.ts'
import { type Execute, refuseStreaming } from './read-connection.ts'

/**
 * The connection of one unit of work. It runs statements in the order in which they are given, stops with the unit, and makes both dialects
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
      executeQuery: <R>(query: CompiledQuery) => this.#run(query) as Promise<QueryResult<R>>,
      streamQuery: refuseStreaming,
    }
  }

  provideConnection<T>(consumer: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    return consumer(this.#connection)
  }

  /** Sends a statement whose result nobody needs: only that it succeeds before the unit is committed. */
  post(query: CompiledQuery): void {
    this.#run(query).catch(() => {})
  }

  /** No statement begins after this call. */
  end(): void {
    this.#ended = true
  }

  /** Resolves when every statement that began has ended. */
  async settled(): Promise<void> {
    await this.#last
  }

  /** What the first statement that failed threw, as far as answers have come. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  /** Throws what the unit's first failed statement threw. */
  assertSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #run(query: CompiledQuery): Promise<QueryResult<unknown>> {
    if (this.#ended) throw new Error('tx was used after its unit of work had ended: a query was not awaited.')
    if (this.#failure !== undefined) throw this.#failure.error
    this.#refuseUnstorable(query)
    const outcome = this.#execute(query)
    // Answers come in order: when the last one has come, all have.
    this.#last = outcome.catch(() => {})
    try {
      return await outcome
    } catch (error) {
      // What was sent after it fails for want of its transaction.
      this.#failure ??= { error }
      throw this.#failure.error
    }
  }

  /** What never reaches the database fails the unit before it can return: no answer would come that says so, and the commit would go without it. */
  #refuseUnstorable({ parameters }: CompiledQuery): void {
    try {
      for (const parameter of parameters) assertStorable(parameter)
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }
}
