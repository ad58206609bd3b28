import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgresqlCluster } from '../../packages/server/testing/postgresql-cluster.ts'
import { type Findings, keepResult } from '../document/result.ts'
import { fillDatabase } from '../growth/fill-database.ts'
import { type Journey, prepareTraveller } from '../growth/journeys.ts'
import { openSink, type Sink } from '../growth/open-sink.ts'
import { readCpuMilliseconds, readMemory } from '../measuring/describe-machine.ts'
import { makeInstallation, startOstiary } from '../server/start-ostiary.ts'

const serveCheapHashes = fileURLToPath(new URL('../growth/serve-cheap-hashes.ts', import.meta.url))
const CONNECTIONS = 8
/** Also those that are left out warm the server up. */
const costly: readonly string[] = [
  'login, with its hash',
  'login, without',
  'refresh',
  'introspection',
  'revocation of a session',
]

/** What one request of a kind costs. */
interface Cost {
  readonly database: 'SQLite' | 'PostgreSQL'
  readonly journey: string
  readonly requests: number
  readonly perSecond: number
  /** Of whoever asks. */
  readonly clientCpu: number
  /** Of the process of Ostiary: milliseconds of CPU for one request. */
  readonly serverCpu: number
  /** Of all processes of PostgreSQL; zero on SQLite, which is in the server's. */
  readonly databaseCpu: number
  /** What PostgreSQL has written to its log, or what the server has written to disk, for one request. */
  readonly bytesWritten: number
}

await keepResult('cost', async (isQuick): Promise<Findings> => {
  const [accounts, requests] = isQuick ? [1_000, 40] : [20_000, 800]
  const cluster = await startPostgresqlCluster({ durable: true })
  try {
    const places = [
      await measurePlace('SQLite', accounts, requests),
      await measurePlace('PostgreSQL', accounts, requests, await cluster.createDatabase()),
    ]
    return describe(places)
  } finally {
    await cluster.stop()
  }
})

interface MeasuredPlace {
  readonly costs: readonly Cost[]
  readonly residentMegabytes: number
}

async function measurePlace(
  database: Cost['database'],
  accounts: number,
  requests: number,
  url?: string,
): Promise<MeasuredPlace> {
  console.log(`cost: ${requests} requests of each kind, ${database}…`)
  const installation = await makeInstallation({ accounts: 0, ...(url !== undefined && { databaseUrl: url }) })
  installation.run(['role', 'create', '--name', 'editor'])
  const databaseUrl = url ?? `sqlite:${path.join(String(installation.environment.OSTIARY_DATA_DIR), 'ostiary.db')}`
  await fillDatabase(installation, databaseUrl, accounts)
  const start = await prepareTraveller(installation, { accounts, refreshes: 2 * requests, connections: CONNECTIONS })
  const server = await startOstiary(installation, serveCheapHashes)
  const sink = await openSink(databaseUrl)
  const traveller = await start()
  try {
    const costs: Cost[] = []
    const meter = url === undefined ? sqliteMeter(server.pid) : await postgresqlMeter(server.pid, sink)
    for (const journey of traveller.journeys.filter(({ name }) => costly.includes(name))) {
      const count = journey.name === 'login, with its hash' ? requests / 4 : requests
      // What logins and refreshes give is revoked, and there is no more of it.
      const cost = await measureCost(journey, journey.name.startsWith('revocation') ? 60 : count, meter)
      costs.push({ database, journey: journey.name, ...cost })
    }
    return { costs, residentMegabytes: readMemory(server.pid).residentMegabytes }
  } finally {
    traveller.close()
    await sink.close()
    await server.stop()
    installation.remove()
  }
}

interface Reading {
  readonly serverCpu: number
  readonly databaseCpu: number
  readonly bytesWritten: number
}

type Meter = () => Promise<Reading>

async function measureCost(
  { ask }: Journey,
  requests: number,
  read: Meter,
): Promise<Omit<Cost, 'database' | 'journey'>> {
  const [before, own, startedAt] = [await read(), process.cpuUsage(), performance.now()]
  let asked = 0
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (asked < requests) {
        asked += 1
        await ask()
      }
    }),
  )
  const [seconds, { user, system }] = [(performance.now() - startedAt) / 1000, process.cpuUsage(own)]
  const after = await read()
  return {
    requests,
    perSecond: requests / seconds,
    clientCpu: (user + system) / 1000 / requests,
    serverCpu: (after.serverCpu - before.serverCpu) / requests,
    databaseCpu: (after.databaseCpu - before.databaseCpu) / requests,
    bytesWritten: (after.bytesWritten - before.bytesWritten) / requests,
  }
}

/** @see proc_pid_io(5), write_bytes: what was sent to the storage layer. */
function sqliteMeter(pid: number): Meter {
  return async () => {
    const written = /^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]
    return { serverCpu: readCpuMilliseconds(pid), databaseCpu: 0, bytesWritten: Number(written) }
  }
}

async function postgresqlMeter(pid: number, sink: Sink): Promise<Meter> {
  const backend = Number(await sink.ask('SELECT pg_backend_pid()'))
  const postmaster = parentOf(backend)
  return async () => {
    const own = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === postmaster)
    const cpus = own.map((name) => readCpuMilliseconds(Number(name)))
    return {
      serverCpu: readCpuMilliseconds(pid),
      databaseCpu: cpus.reduce((sum, cpu) => sum + cpu, 0),
      bytesWritten: Number(await sink.ask(`SELECT pg_current_wal_insert_lsn() - '0/0'`)),
    }
  }
}

/** Undefined for a process that has ended meanwhile. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1])
  } catch {
    return undefined
  }
}

function describe(places: readonly MeasuredPlace[]): Findings {
  const costs = places.flatMap((place) => place.costs)
  return {
    title: 'What one request costs',
    marks: [],
    tables: [
      {
        caption: `${CONNECTIONS} requests at a time`,
        columns: ['', 'per second', 'CPU of Ostiary', 'CPU of PostgreSQL', 'CPU of the client', 'written'],
        rows: costs.map((cost) => [
          `${cost.database}: ${cost.journey}`,
          cost.perSecond.toFixed(0),
          `${cost.serverCpu.toFixed(2)} ms`,
          cost.database === 'SQLite' ? '–' : `${cost.databaseCpu.toFixed(2)} ms`,
          `${cost.clientCpu.toFixed(2)} ms`,
          `${(cost.bytesWritten / 1000).toFixed(1)} kB`,
        ]),
      },
    ],
    notes: [
      'These are inputs of the model of a large installation (`npm run model`): CPU time is disturbed less than the clock by other programs on the machine, and adds up over machines.',
      '“Written” is what PostgreSQL has written to its write-ahead log; on SQLite it is what the process has sent to the disk (`/proc`, write_bytes), its log and its checkpoints. Both hold what the server does by itself meanwhile.',
      'Login without its hash, and 20,000 accounts with a session each, as in “Growth”. Client, server and database share the cores.',
    ],
    figures: { costs, residentMegabytes: places.map((place) => place.residentMegabytes) },
  }
}
