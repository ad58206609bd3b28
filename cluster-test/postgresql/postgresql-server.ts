import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { collect, findBinaries, identity } from '../../packages/server/testing/postgresql-cluster.ts'
import { findFreePort } from '../../packages/server/testing/test-server.ts'

const flags = [
  ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=60', 'shared_buffers=32MB'],
  ...['wal_level=replica', 'hot_standby=on', 'max_wal_senders=6', 'max_replication_slots=4'],
  ...['max_wal_size=96MB', 'min_wal_size=32MB', 'wal_sender_timeout=10s', 'wal_receiver_timeout=10s'],
  ...['wal_receiver_status_interval=1s', 'wal_retrieve_retry_interval=200ms'],
].flatMap((setting) => ['-c', setting])

/** One PostgreSQL server on files that are there, which can be killed and frozen with all of its processes. */
export class PostgresqlServer {
  readonly folder: string
  readonly port: number
  readonly #environment: Readonly<Record<string, string>>
  #process: ChildProcess | undefined

  private constructor(folder: string, port: number, environment: Readonly<Record<string, string>>) {
    this.folder = folder
    this.port = port
    this.#environment = environment
  }

  static async place(folder: string, environment: Readonly<Record<string, string>>): Promise<PostgresqlServer> {
    return new PostgresqlServer(folder, await findFreePort(), environment)
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
  }

  /** Until it takes connections. After a kill it is tried more than once: its shared memory is held for a moment. */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const server = spawn(
        path.join(findBinaries(), 'postgres'),
        ['-D', this.folder, '-p', String(this.port), ...flags],
        {
          ...identity,
          stdio: ['ignore', 'ignore', 'pipe'],
          env: { ...process.env, ...this.#environment },
        },
      )
      this.#process = server
      // Also when it is interrupted.
      const abandon = () => server.kill('SIGKILL')
      process.once('exit', abandon)
      server.once('exit', () => process.removeListener('exit', abandon))
      const told = collect(server)
      while (this.isRunning && !/ready to accept (read-only )?connections/.test(told())) await sleep(10)
      if (this.isRunning) return
      if (attempt === 50) throw new Error(`postgres ended with ${server.exitCode}: ${told()}`)
      await sleep(100)
    }
  }

  /** As a power cut does: every process of it ends at once. */
  async kill(): Promise<void> {
    if (!this.isRunning) return
    await this.#end('SIGKILL')
  }

  /** Nobody will read its files again. */
  async abandon(): Promise<void> {
    if (!this.isRunning) return
    this.thaw()
    await this.#end('SIGKILL')
  }

  /** All of it stands still, as on a machine that hangs: connections stay, and nothing is answered. */
  freeze(): void {
    for (const pid of this.#pids()) signal(pid, 'SIGSTOP')
  }

  thaw(): void {
    for (const pid of this.#pids()) signal(pid, 'SIGCONT')
  }

  async #end(name: NodeJS.Signals): Promise<void> {
    const ended = once(this.#process as ChildProcess, 'exit')
    // Each of its processes has a session of its own, so no group holds them together.
    for (const pid of this.#pids()) signal(pid, name)
    await ended
  }

  #pids(): readonly number[] {
    const pid = this.#process?.pid
    return pid === undefined || !this.isRunning ? [] : [pid, ...readChildren(pid)]
  }
}

function readChildren(pid: number): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return list.split(' ').filter(Boolean).map(Number)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended meanwhile.
  }
}
