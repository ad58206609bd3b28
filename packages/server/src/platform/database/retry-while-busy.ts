import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError } from './database-error.ts'
import { isBusy } from './sqlite-error.ts'

const defaultPatienceMilliseconds = 10_000
const longestSleepMilliseconds = 20

/**
 * Repeats the act while another process holds SQLite's lock. It sleeps between the attempts, where SQLite's own
 * `busy_timeout` would block the event loop.
 *
 * @throws DatabaseError `busy` when that takes longer than the patience, 10 s when absent.
 */
export async function retryWhileBusy<T>(
  act: () => T,
  patienceMilliseconds: number = defaultPatienceMilliseconds,
): Promise<T> {
  const giveUpAt = performance.now() + patienceMilliseconds
  for (let attempt = 0; ; attempt++) {
    try {
      return act()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() >= giveUpAt) throw stillBusy(patienceMilliseconds, error)
    }
    await sleep(Math.min(2 ** attempt, 1 + Math.random() * longestSleepMilliseconds))
  }
}

function stillBusy(patienceMilliseconds: number, cause: unknown): DatabaseError {
  return new DatabaseError(
    'busy',
    `Another process has held the database for ${patienceMilliseconds / 1000} s: end that process, or try again when it is done.`,
    cause,
  )
}
