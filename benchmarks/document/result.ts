import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { readLoad } from '../measuring/describe-machine.ts'
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
  /** What was equal and what was not, one sentence or a few each. */
  readonly notes: readonly string[]
  readonly figures: unknown
}

export interface Result extends Findings {
  readonly measuredAt: string
  readonly isQuick: boolean
  /** Load average over a minute, before and after. */
  readonly load: { readonly before: number; readonly after: number }
}

export const benchmarkNames = [
  'guard',
  'route',
  'login',
  'refresh',
  'grants',
  'revocation',
  'deny-set',
  'start',
  'size',
] as const
export type BenchmarkName = (typeof benchmarkNames)[number]

const folder = fileURLToPath(new URL('../../node_modules/.cache/ostiary-bench/', import.meta.url))

/** Runs a benchmark and keeps what it finds as JSON under `node_modules/.cache/ostiary-bench`. */
export async function keepResult(name: BenchmarkName, measure: (isQuick: boolean) => Promise<Findings>): Promise<void> {
  const isQuick = process.argv.includes('--quick')
  const before = readLoad()
  const findings = await measure(isQuick)
  const result: Result = {
    measuredAt: new Date().toISOString(),
    isQuick,
    load: { before, after: readLoad() },
    ...findings,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
}

/** Finds what a benchmark found when it last ran. */
export function findResult(name: BenchmarkName): Result | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Result
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
