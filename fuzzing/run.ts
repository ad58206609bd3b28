// `npm run fuzz [-- --minutes N] [-- name…]`: the properties of `npm test`, for longer, and what they came to in docs/fuzzing.md.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { failUsage, parseArguments } from '../scripts/parse-arguments.ts'
import type { FuzzResult } from './property.ts'
import { renderResults } from './render-results.ts'

const DEFAULT_MINUTES = 10
const LEAST_SECONDS = 1

const usage = `npm run fuzz [-- name…] [-- --minutes N] [-- --quick]

Sends every parser what strangers might, and writes docs/fuzzing.md when it was all of them, for ten minutes or longer.

  name         files of fuzzing/ whose name contains that, such as feed or texts
  --minutes N  how long in all, shared by the properties; ${DEFAULT_MINUTES} unless you say otherwise
  --quick      a minute`
const { values, positionals: names } = parseArguments(usage, {
  options: { minutes: { type: 'string' }, quick: { type: 'boolean' } },
  allowPositionals: true,
})
const minutes = values.quick ? 1 : Number(values.minutes ?? DEFAULT_MINUTES)
if (!(minutes > 0)) failUsage('--minutes is a number above 0.', usage)

const root = path.join(import.meta.dirname, '..')
const files = globSync('fuzzing/*.test.ts', { cwd: root }).filter(
  (file) => names.length === 0 || names.some((name) => file.includes(name)),
)
if (files.length === 0) failUsage(`No file of fuzzing/ is called ${names.join(' or ')}.`, usage)
const count = files.reduce((sum, file) => sum + countProperties(path.join(root, file)), 0)
const seconds = Math.max(LEAST_SECONDS, Math.floor((minutes * 60) / count))
console.log(`${count} properties of ${files.length} files, ${seconds} s each`)

const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-fuzz-'))
try {
  process.exitCode = run(path.join(folder, 'results.jsonl'))
} finally {
  rmSync(folder, { recursive: true })
}

function countProperties(file: string): number {
  return readFileSync(file, 'utf8').match(/^ *fuzz\($/gm)?.length ?? 0
}

function run(report: string): number {
  const environment = { ...process.env, OSTIARY_FUZZ_SECONDS: String(seconds), OSTIARY_FUZZ_REPORT: report }
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', '--retry=0', ...files]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: environment })
  const results = existsSync(report)
    ? readFileSync(report, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as FuzzResult)
    : []
  const runs = results.reduce((sum, result) => sum + result.runs, 0)
  console.log(`${results.length} properties, ${runs} runs, ${results.filter(({ found }) => found).length} broken`)
  // A part of them, or a moment, says less than what stands there.
  if (names.length === 0 && minutes >= DEFAULT_MINUTES)
    writeFileSync(path.join(root, 'docs', 'fuzzing.md'), renderResults(results, { seconds }))
  return status ?? 1
}
