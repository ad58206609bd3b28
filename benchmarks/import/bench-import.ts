import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, statSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgresqlCluster } from '../../packages/server/testing/postgresql-cluster.ts'
import { renderCourses } from '../document/plot.ts'
import { type Findings, keepResult } from '../document/result.ts'
import { readCpuMilliseconds, readMemory } from '../measuring/describe-machine.ts'
import { renderAccounts } from '../server/render-accounts.ts'
import { commandLine, type Installation, makeInstallation } from '../server/start-ostiary.ts'

/** One import or export: seconds since its process was asked for, and megabytes (10^6 bytes). */
interface Course {
  readonly name: string
  readonly accounts: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly samples: readonly { readonly seconds: number; readonly residentMegabytes: number }[]
  readonly peakMegabytes: number
}

const SAMPLE_MS = 250

const notes: readonly string[] = [
  'Each account has a user name, an address that is verified, a role, a profile and an Argon2id hash, each made for it; the file is that of `ostiary export --accounts`. The database has one account before. Each batch of 500 is durable before the next one begins (`synchronous=FULL`; PostgreSQL’s own defaults), and has an audit event for each account.',
  'Memory is `VmRSS` of the process of `ostiary import`, four times a second. “Growth” is the median of the last fifth of the samples over that of the second fifth: 1.00 is flat.',
  'Hashes as strong as ours are taken as they are. Weak ones (Firebase’s scrypt, PHPass and others) are wrapped in Argon2id, which takes what Argon2id takes: see “pure Argon2id” at the login.',
  'The export is of everything, and so are its lines: accounts and their audit events.',
]

await keepResult('import', async (isQuick): Promise<Findings> => {
  const accounts = Number(process.env.BENCH_ACCOUNTS ?? (isQuick ? 20_000 : 1_000_000))
  const cluster = await startPostgresqlCluster({ durable: true })
  const places: Place[] = []
  try {
    places.push(await makePlace('SQLite', accounts))
    places.push(await makePlace('PostgreSQL', accounts, await cluster.createDatabase()))
    const courses: Course[] = []
    for (const place of places) courses.push(await measureImport(place))
    for (const place of places) courses.push(await measureExport(place))
    return describe(courses)
  } finally {
    for (const { installation } of places) installation.remove()
    await cluster.stop()
  }
})

/** An installation with a file of accounts beside it. */
interface Place {
  readonly database: string
  readonly accounts: number
  readonly installation: Installation
  readonly folder: string
}

async function makePlace(database: string, accounts: number, databaseUrl?: string): Promise<Place> {
  const installation = await makeInstallation({ accounts: 1, ...(databaseUrl !== undefined && { databaseUrl }) })
  installation.run(['role', 'create', '--name', 'editor'])
  return { database, accounts, installation, folder: String(installation.environment.OSTIARY_DATA_DIR) }
}

async function measureImport({ database, accounts, installation, folder }: Place): Promise<Course> {
  const file = path.join(folder, 'accounts.jsonl')
  await pipeline(Readable.from(renderAccounts(accounts)), createWriteStream(file))
  const megabytes = (statSync(file).size / 1e6).toFixed(0)
  console.log(`import: ${accounts.toLocaleString('en')} accounts, ${megabytes} MB, ${database}…`)
  return follow(installation, ['import', file], { name: `${database}: import`, accounts })
}

async function measureExport({ database, accounts, installation, folder }: Place): Promise<Course> {
  console.log(`import: out again, ${database}…`)
  const file = path.join(folder, 'everything.jsonl')
  return follow(installation, ['export', file], { name: `${database}: export`, accounts })
}

async function follow(
  installation: Installation,
  args: readonly string[],
  { name, accounts }: Pick<Course, 'name' | 'accounts'>,
): Promise<Course> {
  const start = performance.now()
  const child = spawn(process.execPath, [commandLine, ...args], {
    env: installation.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const ended = once(child, 'exit')
  const samples: { seconds: number; residentMegabytes: number }[] = []
  let [peakMegabytes, cpu, isRunning] = [0, 0, true]
  void ended.then(() => {
    isRunning = false
  })
  while (isRunning) {
    await sleep(SAMPLE_MS)
    if (!isRunning || child.pid === undefined) break
    const memory = findMemory(child.pid)
    // It has ended, and its parent has not been told yet.
    if (memory === undefined) break
    peakMegabytes = memory.peakMegabytes
    cpu = readCpuMilliseconds(child.pid)
    samples.push({ seconds: (performance.now() - start) / 1000, residentMegabytes: memory.residentMegabytes })
  }
  const [code] = await ended
  const seconds = (performance.now() - start) / 1000
  if (code !== 0) throw new Error(`ostiary ${args.join(' ')} ended with ${code}: ${printed}`)
  if (!printed.includes(String(accounts)) && !printed.includes(String(accounts + 1)))
    throw new Error(`not all accounts: ${printed}`)
  return { name, accounts, seconds, cpuSeconds: cpu / 1000, samples, peakMegabytes }
}

function findMemory(pid: number): ReturnType<typeof readMemory> | undefined {
  try {
    return readMemory(pid)
  } catch {
    return undefined
  }
}

function describe(courses: readonly Course[]): Findings {
  const imports = courses.filter(({ name }) => name.endsWith('import'))
  const worst = Math.max(...imports.map(growthOf))
  const peak = Math.max(...imports.map(({ peakMegabytes }) => peakMegabytes))
  return {
    title: `Import and export of ${courses[0]?.accounts.toLocaleString('en')} accounts`,
    marks: [
      {
        of: 'memory of an import: bounded',
        mark: '≤ 300 MB resident at most',
        measured: `${peak.toFixed(0)} MB`,
        isMet: peak <= 300,
      },
      {
        of: 'memory of an import: flat',
        mark: '≤ 1.2 × from the second fifth to the last',
        measured: `${worst.toFixed(2)} ×`,
        isMet: worst <= 1.2,
      },
    ],
    tables: [
      {
        caption: 'A million lines, one after the other',
        columns: ['', 'accounts a second', 'in all', 'CPU of the process', 'most memory', 'growth'],
        rows: courses.map((course) => [
          course.name,
          Math.round(course.accounts / course.seconds).toLocaleString('en'),
          `${course.seconds.toFixed(0)} s`,
          `${course.cpuSeconds.toFixed(0)} s`,
          `${course.peakMegabytes.toFixed(0)} MB`,
          growthOf(course).toFixed(2),
        ]),
      },
    ],
    plots: [
      {
        file: 'import-memory.svg',
        alt: `Resident memory while ${courses[0]?.accounts.toLocaleString('en')} accounts are imported, in megabytes over seconds: the curves are flat.`,
        svg: renderCourses(
          'Memory of ostiary import',
          { x: 'seconds', y: 'MB resident' },
          imports.map(({ name, samples }) => ({
            name,
            points: samples.map(({ seconds, residentMegabytes }) => ({ x: seconds, y: residentMegabytes })),
          })),
        ),
      },
    ],
    notes,
    figures: courses,
  }
}

function growthOf({ samples }: Course): number {
  const middle = (from: number, to: number): number => {
    const part = samples.slice(Math.floor(from * samples.length), Math.max(1, Math.floor(to * samples.length)))
    const sorted = part.map(({ residentMegabytes }) => residentMegabytes).sort((a, b) => a - b)
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  }
  return middle(0.8, 1) / middle(0.2, 0.4)
}
