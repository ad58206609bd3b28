import { mkdirSync, writeFileSync } from 'node:fs'
import type { Machine } from '../measuring/describe-machine.ts'
import { renderBetterPeers } from './peer-figure.ts'
import { benchmarkNames, findResult, type Mark, type Result, type Table } from './result.ts'

/** Writes `benchmarks.md`, and its plots in `benchmarks/`, from what each benchmark found when it last ran. */
export function writeDocument({ results: from, docs }: { readonly results: URL; readonly docs: URL }): void {
  const results = listResults(from)
  mkdirSync(new URL('benchmarks/', docs), { recursive: true })
  writeFileSync(new URL('benchmarks.md', docs), renderDocument(results))
  for (const { file, svg } of results.flatMap(({ plots = [] }) => plots)) {
    writeFileSync(new URL(`benchmarks/${file}`, docs), svg)
  }
}

/** What each benchmark found when it last ran, in the order of the page. */
export function listResults(from: URL): readonly Result[] {
  return benchmarkNames.map((name) => findResult(name, from)).filter((result) => result !== undefined)
}

/** The page, as Markdown. */
export function renderDocument(results: readonly Result[]): string {
  const marks = results.flatMap((result) => result.marks)
  const met = marks.filter(({ isMet }) => isMet).length
  const machines = new Set(results.map(({ machine }) => renderMachine(machine)))
  const [only] = machines.size === 1 ? machines : []
  return `${[
    '# Benchmarks',
    'Written by `npm run bench`; don’t edit it by hand. Ratios were measured side by side in one run: they travel to other machines, the absolute figures don’t.',
    only === undefined ? 'The sections were not measured on one machine: each says on which.' : `Machine: ${only}.`,
    `## Marks: ${met} of ${marks.length} met`,
    renderTable({ caption: '', columns: ['of', 'mark', 'measured', ''], rows: marks.map(renderMark) }),
    renderBetterPeers(results.flatMap(({ peers = [] }) => peers)),
    ...results.map((result) => renderResult(result, only === undefined)),
    howToRun,
  ].join('\n\n')}\n`
}

const howToRun = `## Run it

\`\`\`
npm run bench                    all of it: the page is written anew
npm run bench -- guard route     some of it: those sections are written anew, the others stay
npm run bench -- --render        nothing is measured: the page is written from the results that are there
npm run bench -- --quick         a look at all of it; its figures are too rough to judge by, and go into a page of their own
\`\`\`

There are ${benchmarkNames.join(', ')}. Everything runs on the loopback interface of this machine, with bounded loads. What each benchmark measured last, round
by round, is in \`benchmarks/results/\` as JSON; a quick run leaves its results and its page in \`node_modules/.cache/ostiary-bench/\`.`

function renderMachine({ cpu, cores, memoryGibibytes, system, node, openssl }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGibibytes} GiB of memory, ${system}, Node ${node} with OpenSSL ${openssl}`
}

function renderMark({ of, mark, measured, isMet }: Mark): string[] {
  return [of, mark, measured, isMet ? 'met' : '**not met**']
}

function renderResult(
  { title, tables, plots = [], notes, machine, measuredAt, isQuick, load }: Result,
  namesMachine: boolean,
): string {
  const day = measuredAt.slice(0, 16).replace('T', ' ')
  const rough = isQuick ? ' This was a quick run: too rough to judge by.' : ''
  const where = namesMachine ? ` on ${renderMachine(machine)}` : ''
  const cites = `Measured ${day} UTC${where}; load average ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after.${rough}`
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
