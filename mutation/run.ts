// `npm run mutation-test [-- name…] [-- --quick] [-- --incremental]`: what Stryker breaks in the modules of `modules.ts`, and whether their tests notice.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { describeMachine, readLoad } from '../benchmarks/measuring/describe-machine.ts'
import { failUsage, parseArguments } from '../scripts/parse-arguments.ts'
import { mutatedModules } from './modules.ts'
import { type KeptScore, renderScores } from './render-scores.ts'
import { runStryker, scoreOf } from './run-stryker.ts'

const root = path.join(import.meta.dirname, '..')
const resultsFile = path.join(root, 'mutation', 'results.json')
/** The smallest one: a minute. */
const QUICK = ['redirect-uri']

const moduleNames = mutatedModules.map(({ name }) => name)
const usage = `npm run mutation-test [-- name…] [-- --incremental] [-- --verbose] [-- --quick]

Breaks modules in one place at a time, tells what no test notices, and writes docs/mutation-test.md.

  name           one of ${moduleNames.join(', ')}; all of them unless you name some
  --incremental  of what the last run here found, all that still holds stands
  --verbose      shows what Stryker says
  --quick        the smallest module, ${QUICK.join(', ')}: a minute`
const { values, positionals } = parseArguments(usage, {
  options: { quick: { type: 'boolean' }, verbose: { type: 'boolean' }, incremental: { type: 'boolean' } },
  allowPositionals: true,
})
const { verbose: isVerbose = false, incremental: isIncremental = false } = values
const names = values.quick ? QUICK : positionals
const unknown = names.find((name) => !moduleNames.includes(name))
if (unknown !== undefined) failUsage(`There is no module "${unknown}".`, usage)
const wanted = mutatedModules.filter(({ name }) => names.length === 0 || names.includes(name))

for (const module of wanted) {
  const begunAt = Date.now()
  const mutants = await runStryker(module, { isVerbose, isIncremental, testRunners: 1 })
  const score = scoreOf(mutants)
  for (const { file, line, mutator, replacement, outcome } of mutants)
    if (outcome === 'survived' || outcome === 'endless')
      console.log(`${path.relative(root, file)}:${line} ${outcome}, ${mutator}: ${replacement}`)
  console.log(`${module.name}: ${score.killed} killed, ${score.survived} survived: ${score.percent.toFixed(1)} %`)
  const survivors = mutants.filter(({ outcome }) => outcome === 'survived')
  const kept: KeptScore = {
    name: module.name,
    ...score,
    seconds: Math.round((Date.now() - begunAt) / 1000),
    ...(isIncremental && { isIncremental }),
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    load: readLoad(),
    survivors: survivors.map(({ file, ...mutant }) => ({ ...mutant, file: path.relative(root, file) })),
  }
  keep(kept)
  if (score.percent >= module.leastPercent) continue
  console.error(`${module.name} is below its mark of ${module.leastPercent} %`)
  process.exitCode = 1
}

function keep(score: KeptScore): void {
  const others = readKept().filter(({ name }) => name !== score.name)
  const order = mutatedModules.map(({ name }) => name)
  const all = [...others, score].sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name))
  mkdirSync(path.dirname(resultsFile), { recursive: true })
  writeFileSync(resultsFile, `${JSON.stringify(all, null, 2)}\n`)
  writeFileSync(path.join(root, 'docs', 'mutation-test.md'), renderScores(all))
}

function readKept(): readonly KeptScore[] {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8'))
  } catch {
    return []
  }
}
