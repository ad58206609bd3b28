import type { CompiledQuery, QueryResult } from 'kysely'
import type { Client } from 'pg'
import { assertStorable } from './assert-storable.ts'
import type { Row } from './migrate.ts'
import { endClient, NO_ANSWER_TIMEOUT_MS, URGENT_ANSWER_TIMEOUT_MS } from './open-connection.ts'
import { UnreplicatedError } from './postgresql-error.ts'
import type { StatementNames } from './statement-names.ts'

export type Result = QueryResult<unknown>

const writingCommands: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** One connection, on which statements are sent without waiting for the answers to those before. */
export class PostgresqlConnection {
  readonly #client: Client
  readonly #names: StatementNames
  #unanswered = 0
  #isGone = false
  #isUnreplicated = false

  constructor(client: Client, names: StatementNames) {
    this.#client = client
    this.#names = names
    this.onceGone(() => {
      this.#isGone = true
    })
    // The words depend on the server's language.
    client.on('notice', ({ routine }) => {
      if (routine === 'SyncRepWaitForLSN') this.#isUnreplicated = true
    })
  }

  /** Sends the statement at once. What is urgent and not answered soon is given up, with its connection. */
  async execute(query: CompiledQuery, { isUrgent = false }: { readonly isUrgent?: boolean } = {}): Promise<Result> {
    for (const parameter of query.parameters) assertStorable(parameter)
    const name = this.#names.find(query.sql)
    const values = [...query.parameters]
    const manner = {
      ...(name !== undefined && { name }),
      ...(isUrgent && { query_timeout: URGENT_ANSWER_TIMEOUT_MS }),
    }
    const sent = this.#client.query({ text: query.sql, values, ...manner })
    const { command, rowCount, rows } = await this.#untilAnswered(sent)
    return writingCommands.has(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows }
  }

  /** Sends one statement or several without parameters, at once, and gives the name of what the last one has done. */
  async command(text: string): Promise<string> {
    const result = await this.#untilAnswered(this.#client.query(text))
    return (Array.isArray(result) ? result.at(-1) : result).command
  }

  /**
   * Gives COMMIT or ROLLBACK.
   *
   * @throws UnreplicatedError
   */
  async commit(): Promise<string> {
    const done = await this.command('COMMIT')
    if (this.#isUnreplicated) throw new UnreplicatedError()
    return done
  }

  /** Runs one statement without parameters, for however long it takes. */
  async query(text: string): Promise<{ readonly rows: readonly Row[]; readonly rowCount: number | null }> {
    const patient = { text, query_timeout: NO_ANSWER_TIMEOUT_MS }
    return this.#untilAnswered(this.#client.query<Record<string, unknown>>(patient))
  }

  get isGone(): boolean {
    return this.#isGone
  }

  onceGone(gone: () => void): void {
    this.#client.once('error', gone)
    this.#client.once('end', gone)
  }

  close(): void {
    // What waits for an answer would have the driver wait as well, and the server may never give it.
    if (this.#unanswered > 0) this.#client.connection.stream.destroy()
    void endClient(this.#client)
  }

  async #untilAnswered<T>(sent: Promise<T>): Promise<T> {
    this.#unanswered++
    try {
      return await sent
    } finally {
      this.#unanswered--
    }
  }
}
