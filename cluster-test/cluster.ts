import { randomBytes } from 'node:crypto'
import { GuardProcess } from './guards/guard-process.ts'
import { audience, type Installation, register } from './installation.ts'
import { Instance } from './instances/instance.ts'
import { keptFile } from './load/history.ts'
import { Balancer } from './network/balancer.ts'
import { Link } from './network/link.ts'
import { PostgresqlPair } from './postgresql/postgresql-pair.ts'

/** The name of the guard whose clock is set and whose network is cut. */
export const LONELY_GUARD = 'lonely-guard'

/** What the instances keep everything in. */
export interface Store extends AsyncDisposable {
  /** For who reaches it at this port. */
  url(port: number): string
  /** Asks it by SQL, behind the back of the instances. */
  query<Row extends object>(sql: string): Promise<readonly Row[]>
  /** Name and version. */
  describe(): Promise<string>
}

export interface ClusterOptions {
  /** Of the run, for the names of files. */
  readonly name: string
  readonly instances: number
  readonly people: number
  readonly store: Store
}

/** An instance, and its way to the primary. */
export interface Member {
  readonly instance: Instance
  readonly databaseLink: Link
}

/** All of it, running: a database, instances behind a balancer, and guards. Every way between them is a link. */
export class Cluster implements AsyncDisposable {
  readonly #parts = new AsyncDisposableStack()
  readonly store: Store
  readonly members: readonly Member[]
  readonly balancer: Balancer
  /** By which clients come. */
  readonly front: Link
  readonly installation: Installation
  /** Undisturbed but for what happens at the server. */
  readonly guards: GuardProcess
  /** One whose clock is set and whose network is cut. */
  readonly lonelyGuard: GuardProcess

  private constructor(parts: Omit<Cluster, 'pair' | typeof Symbol.asyncDispose>) {
    this.store = parts.store
    this.members = parts.members
    this.balancer = parts.balancer
    this.front = parts.front
    this.installation = parts.installation
    this.guards = parts.guards
    this.lonelyGuard = parts.lonelyGuard
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    await using parts = new AsyncDisposableStack()
    const { store } = options
    const placed: Member[] = []
    const balancer = parts.use(new Balancer(() => placed.map(({ instance }) => instance.port)))
    const front = parts.use(await balancer.open())
    const issuer = `http://127.0.0.1:${front.port}`
    const secret = randomBytes(32).toString('base64url')
    while (placed.length < options.instances) {
      const databaseLink = parts.use(
        await Link.start(() => (store instanceof PostgresqlPair ? store.primary.port : undefined)),
      )
      const settings = {
        OSTIARY_DATABASE_URL: store.url(databaseLink.port),
        OSTIARY_SECRET: secret,
        OSTIARY_ISSUER: issuer,
      }
      const logFile = keptFile(`${options.name}-instance-${placed.length + 1}.log`)
      placed.push({ instance: parts.use(await Instance.place(settings, logFile)), databaseLink })
    }
    const [first] = placed
    if (first === undefined) throw new Error('a cluster has an instance')
    // By the first command the schema is made; instances find it.
    const installation = await register(first.instance, issuer, options.people)
    await Promise.all(placed.map(({ instance }) => instance.start()))
    const openGuards = async (names: readonly string[]) => {
      const opened = { names, issuer, audience, credential: installation.api }
      return parts.use(GuardProcess.open(await balancer.open(), opened))
    }
    const guards = await openGuards(['guard-1', 'guard-2', 'guard-3'])
    const lonelyGuard = await openGuards([LONELY_GUARD])
    const cluster = new Cluster({ store, members: placed, balancer, front, installation, guards, lonelyGuard })
    cluster.#parts.use(parts.move())
    return cluster
  }

  /** The primary and its standby; faults of theirs are made where there are any. */
  get pair(): PostgresqlPair {
    if (this.store instanceof PostgresqlPair) return this.store
    throw new Error('this cluster is on SQLite')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]()
  }
}
