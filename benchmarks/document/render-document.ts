import { mkdirSync, writeFileSync } from 'node:fs'
import { describeMachine, type Machine } from '../measuring/describe-machine.ts'
import { benchmarkNames, findResult, type Mark, type Result, type Table } from './result.ts'

const docs = new URL('../../docs/', import.meta.url)

/** Writes `docs/benchmarks.md`, and its plots in `docs/benchmarks/`, from what each benchmark found when it last ran. */
export function writeDocument(): void {
  const results = benchmarkNames.map((name) => findResult(name)).filter((result) => result !== undefined)
  writeFileSync(new URL('benchmarks.md', docs), renderDocument(results, describeMachine()))
  mkdirSync(new URL('benchmarks/', docs), { recursive: true })
  for (const { file, svg } of results.flatMap(({ plots = [] }) => plots)) {
    writeFileSync(new URL(`benchmarks/${file}`, docs), svg)
  }
}

function renderDocument(results: readonly Result[], machine: Machine): string {
  const marks = results.flatMap((result) => result.marks)
  const met = marks.filter(({ isMet }) => isMet).length
  return `${[
    '# Benchmarks',
    'Written by `npm run bench`; don’t edit it by hand. Ratios were measured side by side in one run: they travel to other machines, the absolute figures don’t.',
    renderMachine(machine),
    `## Marks: ${met} of ${marks.length} met`,
    renderTable({ caption: '', columns: ['of', 'mark', 'measured', ''], rows: marks.map(renderMark) }),
    ...results.map(renderResult),
    howToRun,
  ].join('\n\n')}\n`
}

const howToRun = `## Run it

\`\`\`
npm run bench                    all of it, about 20 minutes
npm run bench -- guard route     some of it: guard, route, login, refresh, grants, revocation, deny-set, start, size
npm run bench -- --quick         a look, under two minutes; its figures are too rough to judge by
\`\`\`

Everything runs on the loopback interface of this machine, with bounded loads. What each benchmark measured, round by round, stays as JSON in
\`node_modules/.cache/ostiary-bench/\`.`

function renderMachine({ cpu, cores, memoryGibibytes, system, node, openssl }: Machine): string {
  return `Machine: ${cpu}, ${cores} cores, ${memoryGibibytes} GiB of memory, ${system}, Node ${node} with OpenSSL ${openssl}.`
}

function renderMark({ of, mark, measured, isMet }: Mark): string[] {
  return [of, mark, measured, isMet ? 'met' : '**not met**']
}

function renderResult({ title, tables, plots = [], notes, measuredAt, isQuick, load }: Result): string {
  const day = measuredAt.slice(0, 16).replace('T', ' ')
  const rough = isQuick ? ' This was a quick run: too rough to judge by.' : ''
  const cites = `Measured ${day} UTC; load average ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after.${rough}`
  return [
    `## ${title}`,
    cites,
    ...tables.map(renderTable),
    ...plots.map(({ file, alt }) => `![${alt}](benchmarks/${file})`),
    'What was equal, and what wasn’t:',
    notes.map((note) => `- ${note}`).join('\n'),
  ].join('\n\n')
}

function renderTable({ caption, columns, rows }: Table): string {
  const align = columns.map((_, index) => (index === 0 ? '---' : '---:'))
  const lines = [columns, align, ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return (caption === '' ? lines : [`**${caption}**`, '', ...lines]).join('\n')
}
