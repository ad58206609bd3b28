/** One of those that are compared. */
export interface Contender {
  readonly name: string
  /** Makes what a round needs; not timed. */
  prepare(): void | Promise<void>
  /** Does the work of one round, `operations` times. */
  run(): void | Promise<void>
  readonly operations: number
}

/** Nanoseconds per operation, a value for each round. */
export type Timings = ReadonlyMap<string, readonly number[]>

/**
 * Lets the contenders take turns, in another order each round, so that whatever disturbs the machine disturbs all alike.
 *
 * The young generation is emptied before each turn (run with `--expose-gc`), so that nobody pays for another's garbage or for
 * what was prepared.
 */
export async function interleave(contenders: readonly Contender[], rounds: number, warmUps: number): Promise<Timings> {
  const timings = new Map<string, number[]>(contenders.map(({ name }) => [name, []]))
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const contender of rotate(contenders, round + warmUps)) {
      const nanoseconds = await timeTurn(contender)
      if (round >= 0) timings.get(contender.name)?.push(nanoseconds)
    }
  }
  return timings
}

async function timeTurn(contender: Contender): Promise<number> {
  await contender.prepare()
  // Twice: what survives two collections of the young generation has left it.
  globalThis.gc?.({ type: 'minor' })
  globalThis.gc?.({ type: 'minor' })
  const start = process.hrtime.bigint()
  // Awaited only where it is asynchronous, which costs a turn of the microtask queue per round at most.
  await contender.run()
  return Number(process.hrtime.bigint() - start) / contender.operations
}

/** Puts the first so many behind the others. */
export function rotate<T>(list: readonly T[], by: number): T[] {
  const start = by % list.length
  return [...list.slice(start), ...list.slice(0, start)]
}
