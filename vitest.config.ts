import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/testing/**/*.test.ts',
      'apps/*/{src,testing}/**/*.test.ts',
      'examples/**/*.test.ts',
      'scripts/**/*.test.ts',
      'fuzzing/**/*.test.ts',
      'conformance/**/*.test.ts',
      'benchmarks/**/*.test.ts',
      'cluster-test/**/*.test.ts',
    ],
    // Real processes on a busy machine: what fails is run once more, and then named.
    retry: 1,
    reporters: ['default', './scripts/unsteady-reporter.ts'],
    globalSetup: ['packages/server/testing/postgresql-global-setup.ts'],
    testTimeout: 60_000,
    // What is waited for comes at once, unless the machine is busy.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 120_000,
    // On the two cores of a small machine there is always one that waits: for a server, a browser or PostgreSQL.
    maxWorkers: 3,
  },
})
