// `npm run check`: everything that can be said of the code without running it. One line per check, and what failed below it.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { binFolder, buildSteps, ensureInstalled, projectEnvironment, projectRoot } from './ensure-installed.mjs'

const AT_ONCE = 2

/** The longest first, so that the short ones fill up the time beside them. */
const checks = [
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'console types', command: ['tsc', '-p', 'apps/console'] },
  { name: 'packages', command: ['node', 'scripts/check-packages.ts'] },
  { name: 'biome', command: ['biome', 'check', '--error-on-warnings', '--max-diagnostics=20', '.'] },
  { name: 'reproducible', command: ['node', 'scripts/check-reproducible.ts'] },
  { name: 'knip', command: ['knip', '--no-progress'] },
  { name: 'reference', command: ['node', 'scripts/generate-reference.ts', '--check'] },
  { name: 'readme examples', command: ['node', 'scripts/check-readme-examples.ts'] },
  { name: 'architecture', command: ['node', 'scripts/check-architecture.ts'] },
  { name: 'function length', command: ['node', 'scripts/check-function-length.ts'] },
  { name: 'documents', command: ['node', 'scripts/check-documents.ts'] },
  { name: 'room readmes', command: ['node', 'scripts/check-rooms.ts'] },
  { name: 'lock file', command: ['node', 'scripts/check-lock-file.ts'] },
]

ensureInstalled()
const startedAt = Date.now()
const results = []
// One after the other and before all checks, which read what they make.
for (const step of buildSteps) results.push(await runCheck(step))
const queue = [...checks]
await Promise.all(Array.from({ length: AT_ONCE }, takeTurns))

const failed = results.filter((result) => !result.ok)
const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
console.log(`\n${results.length - failed.length} checks passed, ${failed.length} failed, in ${seconds} s`)
process.exit(failed.length === 0 ? 0 : 1)

async function takeTurns() {
  for (let check = queue.shift(); check; check = queue.shift()) results.push(await runCheck(check))
}

/** Runs one check and prints its line: its own last line when it is content, all that it said when it is not. */
async function runCheck({ name, command: [command, ...args] }) {
  const begunAt = Date.now()
  const { ok, output } = await run(command, args)
  const took = `${((Date.now() - begunAt) / 1000).toFixed(1)} s`
  const summary = ok ? (output.split('\n').at(-1) ?? '') : ''
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(16)} ${took.padStart(7)}  ${summary}`.trimEnd())
  if (!ok) console.log(output.replaceAll(/^/gm, '        '))
  return { name, ok }
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(path.join(binFolder, command), args, {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...projectEnvironment(), NO_COLOR: '1', FORCE_COLOR: undefined },
    })
    const chunks = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => resolve({ ok: false, output: error.message }))
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(chunks).toString('utf8').trim() }))
  })
}
