import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Findings, keepResult, type Table } from '../document/result.ts'
import { median, medianDifference } from '../measuring/median.ts'
import type { DenySetFigures } from './measure-memory.ts'

type CheckTimings = Readonly<Record<string, readonly number[]>>

const recordCounts = [10_000, 100_000, 1_000_000] as const
/** A million logouts within the life of a token would be some thousands a second. */
const recordsOfChecks = 100_000

const denySetNotes: readonly string[] = [
  'A record’s memory is what the heap and what hangs on it grew by, after collecting, over the number of records: nine sessions to one token, in a process of its own for each size.',
  'To add a record is to parse its line, to extend the hash chain by it and to put it into the set.',
  'A token is asked about when it comes for the first time, and again only after another record has come: while nothing changes, a guard compares one number. The checks are of 5,000 ES256 tokens that were seen before, with 100,000 records; “after a new record” is the worst case, one record before each turn, so that each token is asked about anew.',
]

await keepResult('deny-set', async (isQuick): Promise<Findings> => {
  const sizes = recordCounts.filter((records) => !isQuick || records <= 100_000)
  const memory = sizes.map((records) => {
    console.log(`deny-set: ${records.toLocaleString('en')} records…`)
    return run<DenySetFigures>('measure-memory.ts', records)
  })
  const checks = run<CheckTimings>('measure-checks.ts', recordsOfChecks)
  return {
    title: 'The deny set',
    marks: [],
    tables: [tabulateMemory(memory), tabulateChecks(checks)],
    notes: denySetNotes,
    figures: { memory, checks },
  }
})

function run<Figures>(script: string, records: number): Figures {
  const args = ['--expose-gc', '--no-warnings', fileURLToPath(new URL(script, import.meta.url)), String(records)]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
}

function tabulateMemory(figures: readonly DenySetFigures[]): Table {
  const time = (microseconds: number) => `${microseconds.toFixed(2)} µs`
  return {
    caption: 'A guard’s records',
    columns: ['records', 'bytes for each', 'in all', 'to add one', 'to ask about a token', 'to ask again'],
    rows: figures.map((one) => [
      one.records.toLocaleString('en'),
      one.bytesPerRecord.toFixed(0),
      `${((one.bytesPerRecord * one.records) / 1e6).toFixed(1)} MB`,
      time(one.applyMicroseconds),
      time(one.firstAskMicroseconds),
      time(one.nextAskMicroseconds),
    ]),
  }
}

function tabulateChecks(timings: CheckTimings): Table {
  const [[, base = []] = []] = Object.entries(timings)
  return {
    caption: 'guard.check of a token that was seen before',
    columns: ['', 'time', 'more than without'],
    rows: Object.entries(timings).map(([name, values]) => [
      name,
      `${(median(values) / 1000).toFixed(2)} µs`,
      values === base ? '–' : `${(medianDifference(values, base) / 1000).toFixed(2)} µs`,
    ]),
  }
}
