import { Client } from 'pg'
import type { Announcements } from './announcements.ts'
import type { DatabaseLog } from './open-database.ts'

export const ANNOUNCEMENT_CHANNEL = 'ostiary'

const shortestPauseMilliseconds = 100
const longestPauseMilliseconds = 5000

/**
 * Hears what other processes announce, on a connection of its own that is made again when it is lost. Behind a pooler that lends
 * connections for one transaction it hears nothing, and nothing depends on it.
 *
 * @see https://www.postgresql.org/docs/current/sql-notify.html
 */
export class PostgresqlListener {
  readonly #url: string
  readonly #announcements: Announcements
  readonly #log: DatabaseLog | undefined
  #client: Client | undefined
  #timer: NodeJS.Timeout | undefined
  #pauseMilliseconds = shortestPauseMilliseconds
  #state: 'idle' | 'running' | 'closed' = 'idle'

  constructor(url: string, announcements: Announcements, log: DatabaseLog | undefined) {
    this.#url = url
    this.#announcements = announcements
    this.#log = log
  }

  start(): void {
    if (this.#state !== 'idle') return
    this.#state = 'running'
    void this.#connect()
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    clearTimeout(this.#timer)
    await this.#client?.end().catch(() => {})
  }

  async #connect(): Promise<void> {
    const client = new Client({ connectionString: this.#url, application_name: 'ostiary', keepAlive: true })
    this.#client = client
    client.on('notification', ({ payload }) => this.#announcements.wake([payload ?? '']))
    // An error is followed by the end, which is where the connection is made again.
    client.on('error', () => {})
    client.once('end', () => this.#connectLater())
    try {
      await client.connect()
      await client.query(`LISTEN ${ANNOUNCEMENT_CHANNEL}`)
      this.#pauseMilliseconds = shortestPauseMilliseconds
      this.#announcements.wakeAll()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (this.#state === 'running') this.#log?.warn({ reason }, 'Announcements of other processes come late.')
      await client.end().catch(() => {})
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
