// Plain JavaScript for Node 20 and later, without dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('..', import.meta.url))
const marker = path.join(projectRoot, 'node_modules', '.ostiary-installed')
export const binFolder = path.join(projectRoot, 'node_modules', '.bin')

/** Runs a command in the project's root with the project's own tools and Node first on the path; returns its exit code. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: projectRoot,
    stdio: 'inherit',
    env: projectEnvironment(),
    ...options,
  })
  if (error) throw error
  return status ?? (signal ? 1 : 0)
}

/** The environment in which `node` is the one from the `node` package, whatever the machine has. */
export function projectEnvironment() {
  return { ...process.env, PATH: `${binFolder}${path.delimiter}${process.env.PATH ?? ''}` }
}

/** Installs from the lock file unless that very lock file is installed already. */
export function ensureInstalled() {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(projectRoot, 'package-lock.json')))
    .digest('hex')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return
  console.log('Installing dependencies (once)…')
  // In npm's scripts `npm_execpath` is the npm that was called; outside of them, the one on the path.
  const npm = process.env.npm_execpath
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const status = npm ? run(process.execPath, [npm, ...args]) : run('npm', args)
  if (status !== 0) process.exit(status)
  writeFileSync(marker, lock)
}

/** What is built, one after the other. The only list of it: `npm run build`, `npm run check` and the second build of check-reproducible.ts follow it. */
export const buildSteps = [
  { name: 'build', command: ['tsc', '-b', 'packages/guard', 'packages/client', 'packages/server'] },
  { name: 'prune', command: ['node', 'scripts/prune-built.ts'] },
  { name: 'console', command: ['node', 'scripts/build-console.ts'] },
  { name: 'bundle', command: ['node', 'scripts/bundle-command-line.ts'] },
  { name: 'sbom', command: ['node', 'scripts/make-sbom.ts'] },
]

/** Builds the packages; the compiler skips what has not changed. */
export function build() {
  for (const { command } of buildSteps) {
    const [program, ...args] = command
    const status = run(path.join(binFolder, program), args)
    if (status !== 0) process.exit(status)
  }
}
