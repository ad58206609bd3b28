// `npm run bench [-- name…] [--quick] [--render]`: runs benchmarks one after another, each in a process of its own, and writes docs/benchmarks.md.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { failUsage, parseArguments } from '../scripts/parse-arguments.ts'
import { writeDocument } from './document/render-document.ts'
import { type BenchmarkName, benchmarkNames, committedResults, quickResults } from './document/result.ts'

const usage = `npm run bench [-- name…] [-- --quick] [-- --render]

Runs benchmarks one after another, and writes docs/benchmarks.md.

  name      one of ${benchmarkNames.join(', ')}; all of them unless you name some
  --quick   less of everything, to see that it runs; the page is written into node_modules/.cache/ostiary-bench
  --render  writes the page anew from the results that are there`
const { values, positionals } = parseArguments(usage, {
  options: { quick: { type: 'boolean' }, render: { type: 'boolean' } },
  allowPositionals: true,
})

for (const name of values.render ? [] : chooseBenchmarks(positionals)) {
  const script = fileURLToPath(new URL(`./${name}/bench-${name}.ts`, import.meta.url))
  const { status } = spawnSync(process.execPath, [script, ...(values.quick ? ['--quick'] : [])], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
const page = values.quick
  ? { results: quickResults, docs: quickResults }
  : { results: committedResults, docs: new URL('../docs/', import.meta.url) }
writeDocument(page)
console.log(`Written: ${fileURLToPath(new URL('benchmarks.md', page.docs))}`)

function chooseBenchmarks(names: readonly string[]): readonly BenchmarkName[] {
  const unknown = names.find((name) => !benchmarkNames.some((known) => known === name))
  if (unknown !== undefined) failUsage(`There is no benchmark "${unknown}".`, usage)
  return names.length === 0 ? benchmarkNames : benchmarkNames.filter((name) => names.includes(name))
}
