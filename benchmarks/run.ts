// `npm run bench [-- name…] [--quick]`: runs benchmarks one after another, each in a process of its own, and writes docs/benchmarks.md.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeDocument } from './document/render-document.ts'
import { type BenchmarkName, benchmarkNames } from './document/result.ts'

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true })

for (const name of chooseBenchmarks(positionals)) {
  const script = fileURLToPath(new URL(`./${name}/bench-${name}.ts`, import.meta.url))
  const { status } = spawnSync(process.execPath, [script, ...(values.quick ? ['--quick'] : [])], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
writeDocument()
console.log('Written: docs/benchmarks.md')

function chooseBenchmarks(names: readonly string[]): readonly BenchmarkName[] {
  const unknown = names.find((name) => !benchmarkNames.some((known) => known === name))
  if (unknown !== undefined) {
    console.error(`There is no benchmark "${unknown}". There are: ${benchmarkNames.join(', ')}.`)
    process.exit(2)
  }
  return names.length === 0 ? benchmarkNames : benchmarkNames.filter((name) => names.includes(name))
}
