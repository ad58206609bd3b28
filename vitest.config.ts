import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/testing/**/*.test.ts',
      'examples/**/*.test.ts',
      'scripts/**/*.test.ts',
      'conformance/**/*.test.ts',
    ],
    globalSetup: ['packages/server/testing/postgresql-global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two processes at a time: several tests start servers, a browser or PostgreSQL of their own.
    maxWorkers: 2,
  },
})
