import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { findBinaries, initialiseCluster, superuser } from '../../packages/server/testing/postgresql-cluster.ts'
import type { Store } from '../cluster.ts'
import { Link } from '../network/link.ts'
import { copyDataFolder, own } from './copy-data-folder.ts'
import { PostgresqlServer } from './postgresql-server.ts'

export interface PairOptions {
  /** Makes an empty folder for a server's files, of whom PostgreSQL runs as. */
  readonly makeFolder: (isFirst: boolean) => string
  /** For the processes of PostgreSQL, beside our own. */
  readonly environment: Readonly<Record<string, string>>
}

const database = 'ostiary'

/** A primary and a standby that every commit waits for. The standby hears the primary over a link. */
export class PostgresqlPair implements Store {
  readonly #password = randomBytes(16).toString('hex')
  readonly #options: PairOptions
  readonly #servers: PostgresqlServer[] = []
  primary!: PostgresqlServer
  /** Undefined from a promotion until another one is made. */
  standby: PostgresqlServer | undefined
  /** Between the standby and the primary. */
  replication!: Link

  private constructor(options: PairOptions) {
    this.#options = options
  }

  static async start(options: PairOptions): Promise<PostgresqlPair> {
    const pair = new PostgresqlPair(options)
    pair.replication = await Link.start(() => pair.primary.port)
    pair.primary = await pair.#place()
    await initialiseCluster({ binaries: findBinaries(), folder: pair.primary.folder, password: pair.#password })
    await pair.primary.start()
    await pair.query(`CREATE DATABASE ${database}`, 'postgres')
    await pair.makeStandby()
    return pair
  }

  /** For who reaches the primary at this port. */
  url(port: number, name: string = database): string {
    return `postgres://${superuser}:${this.#password}@127.0.0.1:${port}/${name}`
  }

  /** Asks the primary. */
  async query<Row extends object>(sql: string, name: string = database): Promise<readonly Row[]> {
    return this.#on(this.primary, name, async (client) => (await client.query<Row>(sql)).rows)
  }

  /**
   * Copies the primary by the low-level API of backups, starts the copy as a standby, and has every commit wait for it from then on.
   *
   * @see https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
   */
  async makeStandby(): Promise<void> {
    const standby = await this.#place()
    await this.#on(this.primary, 'postgres', async (client) => {
      await client.query("SELECT pg_create_physical_replication_slot('standby', true)")
      await client.query("SELECT pg_backup_start('standby', true)")
      await copyDataFolder(this.primary.folder, standby.folder)
      const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)')
      await this.#write(path.join(standby.folder, 'backup_label'), rows[0]?.labelfile ?? '')
    })
    await this.#write(path.join(standby.folder, 'standby.signal'), '')
    const source = `host=127.0.0.1 port=${this.replication.port} user=${superuser} password=${this.#password} application_name=standby`
    const settings = `\nprimary_conninfo = '${source}'\nprimary_slot_name = 'standby'\nsynchronous_standby_names = ''\n`
    await appendFile(path.join(standby.folder, 'postgresql.auto.conf'), settings)
    await standby.start()
    this.standby = standby
    await this.#untilReplicating()
    await this.#waitForStandby(true)
  }

  /** Makes the standby the primary. The one before must be dead, or unreachable for good: it is fenced by whoever calls. */
  async promote(): Promise<PostgresqlServer> {
    const { standby, primary: before } = this
    if (standby === undefined) throw new Error('there is no standby')
    await this.#on(standby, 'postgres', (client) => client.query('SELECT pg_promote(true, 60)'))
    this.primary = standby
    this.standby = undefined
    return before
  }

  /** Whether commits are on both disks when they are answered. */
  async isSynchronous(): Promise<boolean> {
    const rows = await this.query<{ sync_state: string }>('SELECT sync_state FROM pg_stat_replication', 'postgres')
    return rows.some(({ sync_state }) => sync_state === 'sync')
  }

  async describe(): Promise<string> {
    const [row] = await this.query<{ server_version: string }>('SHOW server_version')
    return `PostgreSQL ${row?.server_version}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.replication[Symbol.asyncDispose]()
    await Promise.all(this.#servers.map((server) => server.abandon()))
    for (const { folder } of this.#servers) rmSync(folder, { recursive: true, force: true })
  }

  async #place(): Promise<PostgresqlServer> {
    const folder = this.#options.makeFolder(this.#servers.length === 0)
    const server = await PostgresqlServer.place(folder, this.#options.environment)
    this.#servers.push(server)
    return server
  }

  async #write(file: string, text: string): Promise<void> {
    await writeFile(file, text, { mode: 0o600 })
    await own(file)
  }

  async #untilReplicating(): Promise<void> {
    for (;;) {
      const rows = await this.query<{ state: string }>('SELECT state FROM pg_stat_replication', 'postgres')
      if (rows.some(({ state }) => state === 'streaming')) return
      await sleep(50)
    }
  }

  async #waitForStandby(waits: boolean): Promise<void> {
    await this.query(`ALTER SYSTEM SET synchronous_standby_names = '${waits ? 'standby' : ''}'`, 'postgres')
    await this.query('SELECT pg_reload_conf()', 'postgres')
    while ((await this.isSynchronous()) !== waits) await sleep(50)
  }

  async #on<T>(server: PostgresqlServer, name: string, act: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.url(server.port, name) })
    client.on('error', () => {})
    await client.connect()
    try {
      return await act(client)
    } finally {
      await client.end().catch(() => {})
    }
  }
}
