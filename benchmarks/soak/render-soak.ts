import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type Curve, renderCourses } from '../document/plot.ts'
import { describeMachine, type Machine } from '../measuring/describe-machine.ts'
import { median } from '../measuring/median.ts'
import type { Verdict } from './judge.ts'
import type { LoadReport, Sample } from './run-load.ts'

export const soakDatabases = ['sqlite', 'postgresql'] as const
export type SoakDatabase = (typeof soakDatabases)[number]

/** A whole run, as it is committed. */
export interface SoakResult extends LoadReport {
  readonly measuredAt: string
  readonly minutes: number
  readonly slowness: number
  readonly verdicts: readonly Verdict[]
}

type KeptResult = SoakResult & { readonly machine: Machine }

const names: Readonly<Record<SoakDatabase, string>> = { sqlite: 'SQLite', postgresql: 'PostgreSQL' }
const results = new URL('./results/', import.meta.url)
const docs = new URL('../../docs/', import.meta.url)

export function keepSoak(database: SoakDatabase, result: SoakResult): void {
  mkdirSync(results, { recursive: true })
  const kept: KeptResult = { machine: describeMachine(), ...result }
  writeFileSync(new URL(`${database}.json`, results), `${JSON.stringify(kept, null, 2)}\n`)
}

/** Writes `docs/soak.md` and its plots from what each database's run found. */
export function writeSoakDocument(): void {
  const kept = soakDatabases.flatMap((database) => {
    const result = findKept(database)
    return result ? [{ database, result }] : []
  })
  mkdirSync(new URL('soak/', docs), { recursive: true })
  for (const { database, result } of kept)
    for (const [name, svg] of renderPlots(database, result)) writeFileSync(new URL(`soak/${name}.svg`, docs), svg)
  writeFileSync(new URL('soak.md', docs), renderDocument(kept))
}

function findKept(database: SoakDatabase): KeptResult | undefined {
  try {
    return JSON.parse(readFileSync(new URL(`${database}.json`, results), 'utf8')) as KeptResult
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

const intro = `# Soak

Written by \`npm run soak\`; don’t edit it by hand.

A real \`ostiary serve\` under a mixed load, for half an hour: what it holds must not grow, and it must not become slower. The load is paced, not as much as the machine gives: leaks show in what stays, and not in how fast one can ask.`

const outro = `## How it is judged

Memory is read after the garbage was collected (twice, through the inspector), so what is left is held by something. A line is laid through the samples after the first fifth of the time: the median of the slopes between all pairs of
them (Theil and Sen), which some disturbed samples don’t bend and a slow leak does. Growth is how much that line rises from its beginning to its end, as a share of the median, so that a fall may be more than 100 %. Tests feed the judge leaks of several kinds and see it object: \`benchmarks/soak/judge.test.ts\`. The
same load runs for some seconds with every \`npm test\`, where gross leaks alone would show.

The database grows by what is kept: audited events. Sessions and tokens of this load live for a minute or two, and are gone after it.

## What it has found

Resident memory rose from 137 MB to 210 MB in eighteen minutes while the heap was level: the account page made a formatter of dates for each row, and ICU holds some hundred kilobytes for each outside of what the garbage collector sees. They are made once for each language since.

## Run it

\`\`\`
npm run soak                              half an hour on SQLite
npm run soak -- --database postgresql     the same on a PostgreSQL of its own, from npm packages
npm run soak -- --minutes 600             a night; --slowness 2 acts half as often
npm run soak -- --quick                   a minute, to see that it runs; nothing is written
npm run soak -- --render                  writes this page anew from benchmarks/soak/results
\`\`\`

It needs Linux, for \`/proc\`. Everything stays on the loopback interface.
`

function renderDocument(kept: readonly { readonly database: SoakDatabase; readonly result: KeptResult }[]): string {
  return [intro, ...kept.map(({ database, result }) => renderResult(database, result)), outro].join('\n\n')
}

function renderResult(database: SoakDatabase, result: KeptResult): string {
  const { machine, measuredAt, minutes, slowness, samples, requests, actors, verdicts } = result
  const { cpu, cores, memoryGibibytes, system, node } = machine
  const load = samples.map((sample) => sample.load)
  const [least, most] = [Math.min(...load).toFixed(1), Math.max(...load).toFixed(1)]
  const pace = slowness === 1 ? '' : ` Everybody acted 1/${slowness} as often as by default.`
  const name = names[database]
  return [
    `## ${name}, ${minutes} minutes: ${verdicts.every(({ isMet }) => isMet) ? 'flat' : '**not flat**'}`,
    `Machine: ${cpu}, ${cores} cores, ${memoryGibibytes} GiB of memory, ${system}, Node ${node}. Measured ${measuredAt.slice(0, 16).replace('T', ' ')} UTC; load average ${least} to ${most}, ${median(load).toFixed(1)} in the middle, so much of the latency is other work on the machine. ${requests.toLocaleString('en')} requests, ${(requests / minutes / 60).toFixed(0)} a second.${pace}`,
    `At work: ${actors.join('; ')}.`,
    renderVerdicts(verdicts),
    renderWindows(samples),
    `![${name}: megabytes over minutes, resident memory and the heap: both are level](soak/${database}-memory.svg)`,
    `![${name}: milliseconds over minutes, the median and the 99th of a hundred](soak/${database}-latency.svg)`,
  ].join('\n\n')
}

function renderVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(
    ({ of, mark, measured, isMet }) => `| ${of} | ${mark} | ${measured} | ${isMet ? 'met' : '**not met**'} |`,
  )
  return ['| of | mark | measured |  |', '| --- | ---: | ---: | ---: |', ...rows].join('\n')
}

/** One in six, and the last one. */
function renderWindows(samples: readonly Sample[]): string {
  const shown = samples.filter((_, index) => index % 6 === 0 || index === samples.length - 1)
  const rows = shown.map((sample) => {
    const cells = [
      (sample.at / 60).toFixed(1),
      sample.requests.toLocaleString('en'),
      `${sample.residentMegabytes.toFixed(0)} MB`,
      `${sample.heapMegabytes.toFixed(1)} MB`,
      String(sample.handles),
      String(sample.descriptors),
      sample.databaseMegabytes === 0 ? '–' : `${sample.databaseMegabytes.toFixed(1)} MB`,
      `${sample.p50.toFixed(1)} ms`,
      `${sample.p99.toFixed(0)} ms`,
      `${sample.loopDelayMilliseconds.toFixed(0)} ms`,
      sample.load.toFixed(1),
    ]
    return `| ${cells.join(' | ')} |`
  })
  const columns = 'minute,requests,resident,heap,handles,descriptors,database,p50,p99,event loop p99,load'.split(',')
  return [`| ${columns.join(' | ')} |`, `|${' ---: |'.repeat(columns.length)}`, ...rows].join('\n')
}

function renderPlots(
  database: SoakDatabase,
  { samples }: SoakResult,
): readonly (readonly [name: string, svg: string])[] {
  const course = (name: string, pick: (sample: Sample) => number): Curve => ({
    name,
    points: samples.map((sample) => ({ x: sample.at / 60, y: pick(sample) })),
  })
  const memory = [
    course('resident', ({ residentMegabytes }) => residentMegabytes),
    course('heap, collected', ({ heapMegabytes }) => heapMegabytes),
  ]
  const latency = [course('p99', ({ p99 }) => p99), course('p50', ({ p50 }) => p50)]
  return [
    [`${database}-memory`, renderCourses(`Soak, ${names[database]}: memory`, { x: 'minutes', y: 'MB' }, memory)],
    [
      `${database}-latency`,
      renderCourses(`Soak, ${names[database]}: latency`, { x: 'minutes', y: 'milliseconds' }, latency),
    ],
  ]
}
