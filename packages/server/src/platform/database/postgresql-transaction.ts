import type { CompiledQuery } from 'kysely'
import { IDLE_IN_TRANSACTION_MS, LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from './open-connection.ts'
import type { PostgresqlConnection, Result } from './postgresql-connection.ts'

const begin = 'BEGIN ISOLATION LEVEL READ COMMITTED'
/** What a connection of our own has been told when it was opened. */
const beginOnPooled = [
  begin,
  `SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
  `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
  `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`,
].join('; ')

/**
 * A transaction on a connection that nobody else uses meanwhile. Its statements are sent in the order in which they are given, and none of
 * them outside of it.
 *
 * BEGIN goes together with the first statement, if that reads: should BEGIN fail, for it was cancelled, nothing has happened. One that
 * writes would have been committed by itself, so that it waits.
 */
export class PostgresqlTransaction {
  readonly #connection: PostgresqlConnection
  readonly #begun: Promise<unknown>
  #state: 'sent' | 'waited for' | 'begun' = 'sent'
  #isCommitSent = false

  constructor(
    connection: PostgresqlConnection,
    { isPooledByTransaction }: { readonly isPooledByTransaction: boolean },
  ) {
    this.#connection = connection
    this.#begun = connection.command(isPooledByTransaction ? beginOnPooled : begin)
    this.#begun.then(
      () => {
        this.#state = 'begun'
      },
      () => {},
    )
  }

  async execute(query: CompiledQuery): Promise<Result> {
    if (this.#state === 'begun') return this.#connection.execute(query)
    if (this.#state === 'sent' && query.query.kind === 'SelectQueryNode') {
      const [, result] = await Promise.all([this.#begun, this.#connection.execute(query)])
      return result
    }
    // Whatever comes meanwhile waits as well, and so keeps its place: those who wait go on in the order in which they came.
    this.#state = 'waited for'
    await this.#begun
    return this.#connection.execute(query)
  }

  /** Gives COMMIT when it is stored; ROLLBACK when one of its statements had failed. Does not wait for their answers before it is sent. */
  async commit(): Promise<string> {
    await this.#begun
    this.#isCommitSent = true
    return this.#connection.commit()
  }

  /** Whether it may be stored: before, it is gone with its connection. */
  get isCommitSent(): boolean {
    return this.#isCommitSent
  }

  async rollBack(): Promise<void> {
    await this.#begun
    await this.#connection.command('ROLLBACK')
  }
}
