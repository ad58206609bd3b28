import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describeMachine, type Machine, readLoad } from '../measuring/describe-machine.ts'
import type { PeerFigure } from './peer-figure.ts'
import type { Plot } from './plot.ts'

/** A mark of the design, and what was measured. */
export interface Mark {
  readonly of: string
  readonly mark: string
  readonly measured: string
  readonly isMet: boolean
}

export interface Table {
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What one benchmark found, ready to be printed, and the figures that it was made of. */
export interface Findings {
  readonly title: string
  readonly marks: readonly Mark[]
  readonly tables: readonly Table[]
  readonly plots?: readonly Plot[]
  /** What of it stands beside a peer. */
  readonly peers?: readonly PeerFigure[]
  /** What was equal and what was not, one sentence or a few each. */
  readonly notes: readonly string[]
  readonly figures: unknown
}

export interface Result extends Findings {
  readonly machine: Machine
  readonly measuredAt: string
  readonly isQuick: boolean
  /** Load average over a minute, before and after. */
  readonly load: { readonly before: number; readonly after: number }
}

export const benchmarkNames = [
  'guard',
  'route',
  'peers',
  'login',
  'refresh',
  'grants',
  'revocation',
  'deny-set',
  'audit',
  'import',
  'search',
  'growth',
  'cost',
  'start',
  'overload',
  'size',
] as const
export type BenchmarkName = (typeof benchmarkNames)[number]

/** What was measured last, committed: whoever has the repository can render the page anew. */
export const committedResults = new URL('../results/', import.meta.url)
/** Quick runs are too rough for that, and stay here. */
export const quickResults = new URL('../../node_modules/.cache/ostiary-bench/', import.meta.url)

/** Whether this run is a look: fewer and shorter turns. */
const isQuickRun: boolean = process.argv.includes('--quick')

/** Runs a benchmark and keeps what it finds as JSON: in `benchmarks/results`, or that of a quick run in the cache of `node_modules`. */
export async function keepResult(name: BenchmarkName, measure: (isQuick: boolean) => Promise<Findings>): Promise<void> {
  const before = readLoad()
  const findings = await measure(isQuickRun)
  const result: Result = {
    machine: describeMachine(),
    measuredAt: new Date().toISOString(),
    isQuick: isQuickRun,
    load: { before, after: readLoad() },
    ...findings,
  }
  const folder = isQuickRun ? quickResults : committedResults
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${name}.json`, folder), renderJson(result))
}

/** Finds what a benchmark found when it last ran. */
export function findResult(name: BenchmarkName, folder: URL): Result | undefined {
  try {
    return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Result
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Readable, but lists of numbers in one line: there are thousands of them. */
function renderJson(result: Result): string {
  const text = JSON.stringify(result, null, 2)
  return `${text.replaceAll(/\[\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*)\s+\]/g, (_, numbers: string) => `[${numbers.replaceAll(/\s+/g, ' ')}]`)}\n`
}
