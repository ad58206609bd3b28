import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** What stands behind `npm run <name>`, without the building. */
const commands = [
  { name: 'bench', file: 'benchmarks/run.ts', wrong: ['nothing'] },
  { name: 'fuzz', file: 'fuzzing/run.ts', wrong: ['nothing'] },
  { name: 'mutation-test', file: 'mutation/run.ts', wrong: ['redirect-uri', 'nothing'] },
  { name: 'cluster-test', file: 'cluster-test/run.ts', wrong: ['nothing'] },
  { name: 'soak', file: 'benchmarks/soak/soak.ts', wrong: ['--database', 'postgres'] },
  { name: 'model', file: 'benchmarks/model/run.ts', wrong: ['nothing'] },
] as const
const root = fileURLToPath(new URL('..', import.meta.url))

test.each(commands)(
  'npm run $name: --help says how it is used, and what it does not know is a sentence above that',
  ({ name, file, wrong }) => {
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [file, ...args], { cwd: root, encoding: 'utf8' })
    const help = run('--help')
    expect(help).toMatchObject({ status: 0, stderr: '' })
    expect(help.stdout).toMatch(new RegExp(`^npm run ${name}\\b`))
    for (const args of [['--quik'], wrong]) {
      const refused = run(...args)
      expect(refused).toMatchObject({ status: 2, stdout: '' })
      expect(refused.stderr).toMatch(/^[A-Z-][^\n]+\.\n\nnpm run /)
      expect(refused.stderr).toContain(help.stdout)
    }
  },
)
