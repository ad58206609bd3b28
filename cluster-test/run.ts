// `npm run cluster-test [-- --quick]`: makes a cluster fail in many ways under load, and writes docs/cluster-test.md.
import { writeFileSync } from 'node:fs'
import { readLoad } from '../benchmarks/measuring/describe-machine.ts'
import { parseArguments } from '../scripts/parse-arguments.ts'
import { renderDocument } from './document/render-document.ts'
import { allFaults, faultsOfOne, fewFaults } from './faults/list-faults.ts'
import { runClusterTest } from './run-cluster-test.ts'

const usage = `npm run cluster-test [-- --quick]

Makes a cluster fail in many ways under load, and checks that nothing is lost.

  --quick  an instance killed and cut off, and a fail-over: two minutes; the page is written into node_modules/.cache/ostiary-cluster-test`
const { values } = parseArguments(usage, { options: { quick: { type: 'boolean', default: false } } })
// Whatever was started ends with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
const run = { startedAt: new Date(), loadBefore: readLoad(), isQuick: values.quick }
const say = (sentence: string) =>
  console.log(`${((performance.now() / 1000) | 0).toString().padStart(4)} s  ${sentence}`)

const faults = values.quick ? fewFaults : allFaults
const three = await runClusterTest({ name: 'postgresql', database: 'postgresql', faults, people: 16, say })
const one = await runClusterTest({ name: 'sqlite', database: 'sqlite', faults: faultsOfOne, people: 16, say })
const parts = [
  { title: 'Three instances on PostgreSQL', result: three },
  { title: 'One instance on SQLite', result: one },
]
// A quick run says less than what stands in the docs.
const page = values.quick ? 'node_modules/.cache/ostiary-cluster-test/cluster-test.md' : 'docs/cluster-test.md'
writeFileSync(new URL(`../${page}`, import.meta.url), renderDocument(parts, run))
const violations = [...three.violations, ...one.violations]
for (const { rule, sentence } of violations) console.log(`${rule}: ${sentence}`)
console.log(`${violations.length} violations. Written: ${page}`)
const unwell = [...three.episodes, ...one.episodes].filter(({ normalAt }) => normalAt === undefined)
// Connections that were cut off and frozen may still be held: they must not hold us.
process.exit(violations.length + unwell.length === 0 ? 0 : 1)
