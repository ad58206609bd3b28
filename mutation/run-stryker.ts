import process from 'node:process'
import { Stryker } from '@stryker-mutator/core'
import type { MutatedModule } from './modules.ts'

/** One way of breaking a module that was tried. */
export interface TriedMutant {
  readonly file: string
  readonly line: number
  readonly mutator: string
  readonly replacement: string
  /** `endless`: killed, since its tests never ended. `ignored`: by a comment in the file, which says why no test can tell it. */
  readonly outcome: 'killed' | 'endless' | 'survived' | 'ignored' | 'invalid'
}

export interface MutationScore {
  /** With those that are endless. */
  readonly killed: number
  /** On a machine that is starved, these may only have been slow. */
  readonly endless: number
  readonly survived: number
  readonly ignored: number
  /** Killed, of those that were killed or survived. */
  readonly percent: number
}

export interface StrykerSettings {
  readonly isVerbose: boolean
  readonly testRunners: number
  /** Whether what the last run found stands where neither the mutant nor its tests changed since. */
  readonly isIncremental: boolean
}

/** One file for each module. */
const lastRuns = 'node_modules/.cache/ostiary-mutation'

/** Breaks a module in every way that Stryker knows, and runs its tests after each. */
export async function runStryker(module: MutatedModule, settings: StrykerSettings): Promise<readonly TriedMutant[]> {
  // Not by the option `testFiles`: with it Stryker 10.1.1 activates mutants when a test begins, and so never those of what is read when a file is loaded.
  process.env.OSTIARY_MUTATED_TESTS = module.tests.join('\n')
  const stryker = new Stryker({
    mutate: [...module.files, '!**/*.test.ts'],
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    // TypeScript 7 has no interface for programs, by which Stryker would rewrite tsconfig.json; nothing here reads it while tests run.
    tsconfigFile: 'tsconfig.absent.json',
    ignorePatterns: ['/apps', '/benchmarks', '/conformance', '/docs', '/examples', '/packages/*/dist'],
    tempDirName: '.stryker-tmp',
    concurrency: settings.testRunners,
    // A minute, so that on a busy machine nothing is taken for endless that is only slow.
    timeoutMS: 60_000,
    reporters: settings.isVerbose ? ['progress-append-only', 'clear-text'] : ['progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    allowConsoleColors: false,
    allowEmpty: false,
    incremental: true,
    incrementalFile: `${lastRuns}/${module.name}.json`,
    force: !settings.isIncremental,
  })
  const results = await stryker.runMutationTest()
  return results.map(({ fileName, location, mutatorName, replacement, status }) => ({
    file: fileName,
    line: location.start.line,
    mutator: mutatorName,
    replacement,
    outcome: outcomes[status],
  }))
}

/** One that has no test at all has survived. */
const outcomes = {
  Killed: 'killed',
  Timeout: 'endless',
  Survived: 'survived',
  NoCoverage: 'survived',
  Ignored: 'ignored',
  CompileError: 'invalid',
  RuntimeError: 'invalid',
  Pending: 'invalid',
} as const satisfies Record<string, TriedMutant['outcome']>

export function scoreOf(mutants: readonly TriedMutant[]): MutationScore {
  const count = (outcome: TriedMutant['outcome']) => mutants.filter((mutant) => mutant.outcome === outcome).length
  const [endless, survived, ignored] = [count('endless'), count('survived'), count('ignored')]
  const killed = count('killed') + endless
  return { killed, endless, survived, ignored, percent: (100 * killed) / Math.max(killed + survived, 1) }
}
