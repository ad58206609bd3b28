import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'

/*
 * The only reader of how long fuzzing takes. `npm run fuzz` sets both (`run.ts`).
 *
 * - OSTIARY_FUZZ_SECONDS: for so long each property runs, however often that is.
 * - OSTIARY_FUZZ_REPORT: the file that each property adds its line to.
 */
const { OSTIARY_FUZZ_SECONDS, OSTIARY_FUZZ_REPORT } = process.env
const seconds = OSTIARY_FUZZ_SECONDS === undefined ? undefined : Number(OSTIARY_FUZZ_SECONDS)

/** So long a property takes at most in `npm test`: on a slow machine it is tried less often. */
const LONGEST_MS = 15_000

/** What one property came to, as `npm run fuzz` reads it. */
export interface FuzzResult {
  readonly parser: string
  readonly claim: string
  readonly runs: number
  readonly seed: number
  /** What fast-check says of the smallest input that breaks it; absent: none did. */
  readonly found?: string
}

const LEAST_TIMEOUT_MS = 60_000

/**
 * Declares a test: whatever the arbitrary makes, the check holds. In `npm test` a property has the same seed each time, so that a
 * change is told of its own faults only; in `npm run fuzz` it has another one, which is printed when something is found.
 *
 * @param runs how often it is tried in `npm test`: cheap parsers 300 times, what writes to a database a few times.
 */
export function fuzz<T>(
  parser: string,
  claim: string,
  input: fc.Arbitrary<T>,
  check: (input: T) => void | Promise<void>,
  { runs = 300 }: { readonly runs?: number } = {},
): void {
  const property = fc.asyncProperty(input, async (value) => void (await check(value)))
  const limits =
    seconds === undefined
      ? { seed: crc32(`${parser}: ${claim}`), numRuns: runs, interruptAfterTimeLimit: LONGEST_MS }
      : { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000 }
  test(
    `${parser}: ${claim}`,
    async () => {
      const details = await fc.check(property, limits)
      const found = details.failed ? fc.defaultReportMessage(details) : undefined
      report({ parser, claim, runs: details.numRuns, seed: details.seed, ...(found !== undefined && { found }) })
      if (found !== undefined) throw new Error(found, { cause: details.errorInstance })
      expect(details.numRuns).toBeGreaterThan(0)
    },
    LEAST_TIMEOUT_MS + (seconds ?? 0) * 2_000,
  )
}

function report(result: FuzzResult): void {
  if (OSTIARY_FUZZ_REPORT !== undefined) appendFileSync(OSTIARY_FUZZ_REPORT, `${JSON.stringify(result)}\n`)
}

/** Far more than any parser takes for a text of this size, and far less than one that tries every way to match it. */
const LONGEST_CPU_MS = 2_000

/**
 * Calls a parser and holds the processor's time that it takes to a bound: not the clock's, since a busy machine must not fail it.
 *
 * @throws what the parser throws
 */
export function inBoundedTime<T>(parse: () => T): T {
  const before = process.cpuUsage()
  try {
    return parse()
  } finally {
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000, 'milliseconds of processor time').toBeLessThan(LONGEST_CPU_MS)
  }
}

/** What a parser that may throw comes to: a value, or its own kind of error. Any other error breaks the property. */
export function orItsError<T>(
  parse: () => T,
  ...kinds: readonly (abstract new (
    ...args: never[]
  ) => Error)[]
): T | undefined {
  try {
    return inBoundedTime(parse)
  } catch (error) {
    if (kinds.some((kind) => error instanceof kind)) return undefined
    throw error
  }
}

/** `Error` itself: what some parsers promise. A TypeError or a RangeError is a bug, though it is an Error, too. */
export class PlainError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Object && Object.getPrototypeOf(value) === Error.prototype
  }
}
