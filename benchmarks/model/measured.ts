import { readFileSync } from 'node:fs'
import type { Measured, RequestCost } from './model-installation.ts'

/** What was measured: a figure, and by what and when. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The benchmark, and the day of its run. */
  readonly from: string
}

const file = new URL('./measured.json', import.meta.url)
const byKey = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Figure>>

export const figures: readonly Figure[] = Object.values(byKey)

function figureOf(key: string): number {
  const value = byKey[key]?.value
  if (value === undefined) throw new Error(`measured.json has no ${key}`)
  return value
}

function costOf(kind: string): RequestCost {
  return {
    serverCpuMilliseconds: figureOf(`${kind}.server`),
    databaseCpuMilliseconds: figureOf(`${kind}.database`),
    logBytes: figureOf(`${kind}.log`),
  }
}

export const measured: Measured = {
  refresh: costOf('refresh'),
  login: costOf('login'),
  introspection: costOf('introspection'),
  revocation: costOf('revocation'),
  hashMilliseconds: figureOf('hash'),
  accountBytes: figureOf('account'),
  eventBytes: figureOf('event'),
  residentBytes: figureOf('resident'),
  followerBytes: figureOf('follower'),
  feedRecordBytes: figureOf('record'),
  heartbeatBytes: figureOf('heartbeat'),
  denyRecordBytes: figureOf('deny'),
  revocationsPerSecond: figureOf('revocations'),
}

/** A throughput that was measured by another benchmark, to hold the model against. */
export const known: {
  readonly refreshesPerSecond: number
  readonly cores: number
  readonly clientCpuMilliseconds: number
} = {
  refreshesPerSecond: figureOf('known.refreshes'),
  cores: figureOf('known.cores'),
  clientCpuMilliseconds: figureOf('known.client'),
}
