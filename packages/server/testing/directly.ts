import process from 'node:process'
import { describe, test } from 'vitest'

/** Whether tests are led through a PgBouncer: then connections are lent for one transaction, no other process is heard, and what is told of a refusal is in its words. */
const isLed = process.env.OSTIARY_TEST_PGBOUNCER !== undefined

/** For what a connection of our own alone has: skipped, and shown so, where a pooler stands between. */
export const testDirectly = test.skipIf(isLed)

export const describeDirectly = describe.skipIf(isLed)
