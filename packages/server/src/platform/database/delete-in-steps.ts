import { setTimeout as sleep } from 'node:timers/promises'
import type { Database, Transaction } from './database.ts'

/** Deletes rows that are over, at most so many; returns how many. Fewer than that: there are no more. */
export type DeletionStep = (tx: Transaction, most: number) => Promise<number>

/** So few in one unit of work that whoever waits behind it doesn't notice: on SQLite it holds up the whole process. */
const STEP = 100
/** The rest comes with the next call. */
const MOST_STEPS = 500

/**
 * Deletes what is over, some rows in each unit of work, and pauses after each for as long as it took: so others have the database for half of
 * the time at least, however slow it is. It ends when there are no more, when it has deleted 50,000, or between two units when it shall stop.
 */
export async function deleteInSteps(
  database: Pick<Database, 'write'>,
  step: DeletionStep,
  stopping?: AbortSignal,
): Promise<void> {
  for (let steps = 0; steps < MOST_STEPS && stopping?.aborted !== true; steps += 1) {
    const startedAt = performance.now()
    if ((await database.write((tx) => step(tx, STEP))) < STEP) return
    await sleep(performance.now() - startedAt, undefined, { ...(stopping && { signal: stopping }) }).catch(() => {})
  }
}
