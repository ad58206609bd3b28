import { describeMachine, readLoad } from '../benchmarks/measuring/describe-machine.ts'
import type { FuzzResult } from './property.ts'

/** The page of a long run: each property, how often it was tried, and what was found. */
export function renderResults(results: readonly FuzzResult[], { seconds }: { readonly seconds: number }): string {
  const { cpu, cores, memoryGibibytes, system, node } = describeMachine()
  const runs = results.reduce((sum, result) => sum + result.runs, 0)
  const broken = results.filter(({ found }) => found !== undefined)
  const sorted = results.toSorted(
    (one, other) => one.parser.localeCompare(other.parser) || one.claim.localeCompare(other.claim),
  )
  return `# Fuzzing

Written by \`npm run fuzz\`; don’t edit it by hand. [What is sent, and what must hold](../fuzzing/README.md); [why so](decisions/0071-fuzzing-and-mutation-tests.md).

Machine: ${cpu}, ${cores} cores, ${memoryGibibytes} GiB of memory, ${system}, Node ${node}; load average ${readLoad().toFixed(1)} at the end.

${results.length} properties, ${seconds} seconds each, on ${new Date().toISOString().slice(0, 10)}: **${runs.toLocaleString('en')} runs, ${broken.length} properties broken**.

| sent | what holds | runs | found |
| --- | --- | ---: | --- |
${sorted.map(renderRow).join('\n')}
`
}

function renderRow({ parser, claim, runs, found }: FuzzResult): string {
  const [first = ''] = (found ?? '').split('\n')
  const what = found === undefined ? 'nothing' : `**${first}**`
  return `| ${inTable(parser)} | ${inTable(claim)} | ${runs.toLocaleString('en')} | ${inTable(what)} |`
}

function inTable(text: string): string {
  return text.replaceAll('|', '\\|')
}
