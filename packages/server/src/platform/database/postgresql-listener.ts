import type { Client } from 'pg'
import type { Announcements } from './announcements.ts'
import { endClient, openConnection } from './open-connection.ts'
import type { DatabaseLog } from './open-database.ts'
import type { PostgresqlAddress } from './parse-postgresql-url.ts'
import { INSTANCE_LOCKS } from './postgresql-schema.ts'

export const ANNOUNCEMENT_CHANNEL = 'ostiary'

const shortestPauseMilliseconds = 100
const longestPauseMilliseconds = 5000

export interface ListenerOptions {
  readonly log: DatabaseLog | undefined
  /** How many steps of the schema this release knows. */
  readonly knownSteps: number
}

/**
 * Hears what other processes announce, on a connection of its own that is made again when it is lost. Where a pooler lends
 * connections for one transaction it would hear nothing, and there is none; nothing depends on it.
 *
 * For as long as it is connected it also holds a lock, with every other instance that knows as many steps of the schema: so it can be told, by no
 * clock, that none of an older release runs any more.
 *
 * @see https://www.postgresql.org/docs/current/sql-notify.html
 */
export class PostgresqlListener {
  readonly #address: PostgresqlAddress
  readonly #announcements: Announcements
  readonly #options: ListenerOptions
  #client: Client | undefined
  #timer: NodeJS.Timeout | undefined
  #pauseMilliseconds = shortestPauseMilliseconds
  #state: 'idle' | 'running' | 'closed' = 'idle'

  constructor(address: PostgresqlAddress, announcements: Announcements, options: ListenerOptions) {
    this.#address = address
    this.#announcements = announcements
    this.#options = options
  }

  start(): void {
    if (this.#state !== 'idle' || this.#address.isPooledByTransaction) return
    this.#state = 'running'
    void this.#connect()
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    clearTimeout(this.#timer)
    if (this.#client) await endClient(this.#client)
  }

  async #connect(): Promise<void> {
    try {
      const client = await openConnection(this.#address)
      client.once('end', () => this.#connectLater())
      if (this.#state === 'closed') return void endClient(client)
      this.#client = client
      client.on('notification', ({ payload }) => this.#announcements.wake([payload ?? '']))
      await client.query('SELECT pg_advisory_lock_shared($1, $2)', [INSTANCE_LOCKS, this.#options.knownSteps])
      await client.query(`LISTEN ${ANNOUNCEMENT_CHANNEL}`)
      this.#pauseMilliseconds = shortestPauseMilliseconds
      this.#announcements.wakeAll()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (this.#state === 'running') this.#options.log?.warn({ reason }, 'Announcements of other processes come late.')
      if (this.#client) await endClient(this.#client)
      this.#connectLater()
    }
  }

  #connectLater(): void {
    if (this.#state === 'closed') return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#connect(), this.#pauseMilliseconds).unref()
    this.#pauseMilliseconds = Math.min(2 * this.#pauseMilliseconds, longestPauseMilliseconds)
  }
}
