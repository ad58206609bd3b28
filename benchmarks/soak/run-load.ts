import { statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSizeBytes } from '../../packages/server/testing/postgresql-cluster.ts'
import { readLoad } from '../measuring/describe-machine.ts'
import { percentile } from '../measuring/median.ts'
import type { Installation } from '../server/start-ostiary.ts'
import { type Actor, makeActors } from './actors.ts'
import { Asker } from './ask.ts'
import type { Holdings } from './inspect-process.ts'
import { startInspectedServer } from './start-server.ts'

/** What was seen at the end of one window of time. */
export interface Sample extends Holdings {
  /** Seconds since the load began. */
  readonly at: number
  readonly requests: number
  /** Milliseconds, of the requests of this window. */
  readonly p50: number
  readonly p99: number
  /** Of the event loop, the 99th of a hundred, since the sample before. */
  readonly loopDelayMilliseconds: number
  readonly databaseMegabytes: number
  readonly load: number
}

export interface LoadReport {
  readonly samples: readonly Sample[]
  readonly requests: number
  readonly failures: readonly string[]
  readonly actors: readonly string[]
}

export interface LoadOptions {
  readonly milliseconds: number
  /** A window's end is when a sample is taken. */
  readonly windows: number
  /** 2: everybody acts half as often. Default: 1. */
  readonly slowness?: number
  /** Absent: SQLite. */
  readonly databaseUrl?: string
  readonly tell?: (sample: Sample) => void
}

/** Lets everybody act on a real server for so long, and samples what that holds. */
export async function runLoad(installation: Installation, options: LoadOptions): Promise<LoadReport> {
  const { milliseconds, windows, slowness = 1, databaseUrl, tell = () => {} } = options
  const asker = new Asker(installation.url)
  const actors = makeActors(installation, asker)
  const server = await startInspectedServer(installation)
  const samples: Sample[] = []
  try {
    const start = performance.now()
    const end = start + milliseconds
    const acting = Promise.all(actors.map((actor) => actUntil(end, actor, slowness, asker.failures)))
    for (let window = 1; window <= windows; window += 1) {
      await sleep(Math.max(0, start + (window * milliseconds) / windows - performance.now()))
      const latencies = asker.takeLatencies()
      const sample: Sample = {
        at: (performance.now() - start) / 1000,
        requests: latencies.length,
        p50: latencies.length === 0 ? Number.NaN : percentile(latencies, 0.5),
        p99: latencies.length === 0 ? Number.NaN : percentile(latencies, 0.99),
        loopDelayMilliseconds: await readLoopDelay(installation.url),
        databaseMegabytes: await readDatabaseMegabytes(installation, databaseUrl),
        load: readLoad(),
        ...(await server.inspector.take()),
      }
      samples.push(sample)
      tell(sample)
    }
    await acting
  } finally {
    for (const actor of actors) actor.end?.()
    asker.close()
    await server.stop()
  }
  const { requests, failures } = asker
  return { samples, requests, failures, actors: actors.map(({ name }) => name) }
}

async function actUntil(end: number, actor: Actor, slowness: number, failures: string[]): Promise<void> {
  for (let time = 0; performance.now() < end; time += 1) {
    const next = performance.now() + actor.everyMilliseconds * slowness
    try {
      await actor.act(time)
    } catch (error) {
      failures.push(`${actor.name}: ${error instanceof Error ? error.message : error}`)
    }
    await sleep(Math.max(0, Math.min(next, end) - performance.now()))
  }
}

async function readLoopDelay(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1]) * 1000
}

async function readDatabaseMegabytes({ environment }: Installation, databaseUrl?: string): Promise<number> {
  if (databaseUrl !== undefined) return (await readSizeBytes(databaseUrl)) / 1e6
  const file = path.join(String(environment.OSTIARY_DATA_DIR), 'ostiary.db')
  const sizes = [file, `${file}-wal`].map((name) => statSync(name, { throwIfNoEntry: false })?.size ?? 0)
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6
}
