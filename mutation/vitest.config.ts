import process from 'node:process'
import { defineConfig } from 'vitest/config'

/** The tests of one module, in `OSTIARY_MUTATED_TESTS`, one path or pattern a line: Stryker gives a configuration no other way in. */
export default defineConfig({
  test: {
    include: (process.env.OSTIARY_MUTATED_TESTS ?? '').split('\n'),
    // One worker for each mutant, not for each file of tests.
    isolate: false,
    // As for all tests: one that a busy machine holds up would count as one that noticed.
    testTimeout: 60_000,
  },
})
