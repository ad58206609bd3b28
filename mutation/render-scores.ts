import type { Machine } from '../benchmarks/measuring/describe-machine.ts'
import { mutatedModules } from './modules.ts'
import type { MutationScore, TriedMutant } from './run-stryker.ts'

/** What a module came to, when and where, as `mutation/results.json` keeps it. */
export interface KeptScore extends MutationScore {
  readonly name: string
  readonly seconds: number
  /** Whether only what survived before, or changed since, was tried again in these seconds. */
  readonly isIncremental?: boolean
  readonly date: string
  readonly machine: Machine
  readonly load: number
  readonly survivors: readonly Omit<TriedMutant, 'outcome'>[]
}

/** The page of all modules. One that was never run says so. */
export function renderScores(scores: readonly KeptScore[]): string {
  const byName = new Map(scores.map((score) => [score.name, score]))
  return `# Mutation test

Written by \`npm run mutation-test\`; don’t edit it by hand. [How it is done, and what it is not](../mutation/README.md); [why so](decisions/0071-fuzzing-and-mutation-tests.md).

Stryker breaks a module in one place at a time; a mutant is killed when one of the module’s own tests notices, or never ends. The mark is 90 %.

| module | what it decides | killed | survived | score | date | seconds, load |
| --- | --- | ---: | ---: | ---: | --- | ---: |
${mutatedModules.map(({ name, about }) => renderRow(name, about, byName.get(name))).join('\n')}

${renderMachines(scores)}

## Survivors

${scores.map(renderSurvivors).join('\n\n')}
`
}

function renderRow(name: string, about: string, score: KeptScore | undefined): string {
  if (score === undefined) return `| ${name} | ${about} | | | **not run** | | |`
  const { killed, endless, survived, percent, date, seconds, isIncremental, load } = score
  const shown = `${percent.toFixed(1)} %`
  return `| ${name} | ${about} | ${killed}${endless > 0 ? ` (${endless} endless)` : ''} | ${survived} | ${percent < 90 ? `**${shown}**` : shown} | ${date} | ${seconds}${isIncremental ? ' (incremental)' : ''}, ${load.toFixed(1)} |`
}

function renderMachines(scores: readonly KeptScore[]): string {
  const machines = scores.map(({ machine: { cpu, cores, memoryGibibytes, system, node } }) => {
    return `Machine: ${cpu}, ${cores} cores, ${memoryGibibytes} GiB of memory, ${system}, Node ${node}.`
  })
  return [...new Set(machines)].join('\n')
}

function renderSurvivors({ name, survivors }: KeptScore): string {
  const rows = survivors.map(
    ({ file, line, mutator, replacement }) => `- ${file}:${line}, ${mutator}: ${inCode(replacement)}`,
  )
  return `### ${name}\n\n${rows.length === 0 ? 'None.' : rows.join('\n')}`
}

function inCode(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').slice(0, 100)
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``
}
