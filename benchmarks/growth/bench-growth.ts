import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgresqlCluster } from '../../packages/server/testing/postgresql-cluster.ts'
import { type Findings, keepResult } from '../document/result.ts'
import { readMemory } from '../measuring/describe-machine.ts'
import { type Installation, makeInstallation, type OstiaryProcess, startOstiary } from '../server/start-ostiary.ts'
import { describeGrowth, type MeasuredPlace } from './describe-growth.ts'
import { fillDatabase } from './fill-database.ts'
import { type Journey, prepareTraveller, type Traveller } from './journeys.ts'
import type { RowContext } from './make-rows.ts'
import { measurePurge } from './measure-purge.ts'
import { openSink } from './open-sink.ts'

const serveCheapHashes = fileURLToPath(new URL('./serve-cheap-hashes.ts', import.meta.url))

/** An installation of one size on one database. */
interface Place {
  readonly database: 'SQLite' | 'PostgreSQL'
  readonly accounts: number
  readonly installation: Installation
  readonly databaseUrl: string
  readonly context: RowContext
}

interface Size {
  readonly accounts: readonly number[]
  readonly rounds: number
  readonly starts: number
  readonly expired: number
}

await keepResult('growth', async (isQuick): Promise<Findings> => {
  const largest = Number(process.env.BENCH_ACCOUNTS ?? 1_000_000)
  const size: Size = isQuick
    ? { accounts: [1_000, 10_000], rounds: 4, starts: 2, expired: 5_000 }
    : { accounts: [...new Set([1_000, Math.min(100_000, largest), largest])], rounds: 40, starts: 7, expired: 100_000 }
  const cluster = await startPostgresqlCluster({ durable: true })
  const places: Place[] = []
  try {
    for (const accounts of size.accounts) {
      places.push(await makePlace('SQLite', accounts))
      places.push(await makePlace('PostgreSQL', accounts, await cluster.createDatabase()))
    }
    return describeGrowth(await measure(places, size))
  } finally {
    for (const { installation } of places) installation.remove()
    await cluster.stop()
  }
})

async function makePlace(database: Place['database'], accounts: number, url?: string): Promise<Place> {
  const installation = await makeInstallation({ accounts: 0, ...(url !== undefined && { databaseUrl: url }) })
  installation.run(['role', 'create', '--name', 'editor'])
  const databaseUrl = url ?? `sqlite:${path.join(String(installation.environment.OSTIARY_DATA_DIR), 'ostiary.db')}`
  const startedAt = performance.now()
  const context = await fillDatabase(installation, databaseUrl, accounts)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  console.log(`growth: ${accounts.toLocaleString('en')} accounts with a session each, ${database}, in ${seconds} s`)
  return { database, accounts, installation, databaseUrl, context }
}

async function measure(places: readonly Place[], { rounds, starts, expired }: Size): Promise<readonly MeasuredPlace[]> {
  const refreshes = 20 * (rounds + 1) + 50
  const prepared: Prepared[] = []
  for (const place of places) {
    const bytes = await readSize(place.databaseUrl)
    const start = await prepareTraveller(place.installation, { accounts: place.accounts, refreshes })
    prepared.push({ ...place, bytes, start, startMilliseconds: [], residents: [] })
  }
  await measureStarts(prepared, starts)
  const running: Running[] = []
  try {
    for (const place of prepared) {
      const server = await startOstiary(place.installation, serveCheapHashes)
      running.push({ ...place, server, traveller: await place.start(), turns: {} })
    }
    console.log(`growth: ${rounds} rounds at ${running.length} servers…`)
    for (let round = -1; round < rounds; round += 1) await takeRound(running, round >= 0)
    const largest = Math.max(...places.map(({ accounts }) => accounts))
    const measured: MeasuredPlace[] = []
    for (const place of running) measured.push(await finish(place, place.accounts === largest ? expired : 0))
    return measured
  } finally {
    for (const { server, traveller } of running) {
      traveller.close()
      await server.stop()
    }
  }
}

interface Prepared extends Place {
  readonly bytes: number
  readonly start: () => Promise<Traveller>
  readonly startMilliseconds: number[]
  readonly residents: number[]
}

interface Running extends Prepared {
  readonly server: OstiaryProcess
  readonly traveller: Traveller
  readonly turns: Record<string, number[][]>
}

/** Each in turn; the first round warms up. */
async function measureStarts(places: readonly Prepared[], rounds: number): Promise<void> {
  for (let round = -1; round < rounds; round += 1)
    for (const { installation, startMilliseconds, residents } of places) {
      const server = await startOstiary(installation)
      if (round >= 0) startMilliseconds.push(server.listeningAfterMilliseconds)
      if (round >= 0) residents.push(readMemory(server.pid).residentMegabytes)
      await server.stop()
    }
}

/** Each kind of request in turn at each place, so that whatever disturbs the machine disturbs all alike. */
async function takeRound(running: readonly Running[], isKept: boolean): Promise<void> {
  const count = running[0]?.traveller.journeys.length ?? 0
  for (let at = 0; at < count; at += 1)
    for (const { traveller, turns } of running) {
      const journey = traveller.journeys[at]
      const turn = journey === undefined ? [] : await takeTurn(journey)
      if (isKept && journey) turns[journey.name] = [...(turns[journey.name] ?? []), turn]
    }
}

async function takeTurn({ perTurn, ask }: Journey): Promise<number[]> {
  const milliseconds: number[] = []
  while (milliseconds.length < perTurn) milliseconds.push((await ask()).milliseconds)
  return milliseconds
}

async function finish(place: Running, expired: number): Promise<MeasuredPlace> {
  const { database, accounts, bytes, startMilliseconds, residents, turns, traveller } = place
  const { residentMegabytes } = readMemory(place.server.pid)
  const figures = { database, accounts, bytes, startMilliseconds, residents, residentMegabytes, turns }
  if (expired === 0) return figures
  console.log(`growth: ${expired.toLocaleString('en')} sessions expire, ${database}…`)
  const { nextRefreshForm } = traveller
  return { ...figures, purge: await measurePurge(place.installation, { ...place, expired, nextRefreshForm }) }
}

async function readSize(databaseUrl: string): Promise<number> {
  const sink = await openSink(databaseUrl)
  try {
    return await sink.sizeBytes()
  } finally {
    await sink.close()
  }
}
