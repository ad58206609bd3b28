import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError } from './database-error.ts'
import { isBusy } from './sqlite-error.ts'

const patienceMilliseconds = 10_000
const longestSleepMilliseconds = 20

/**
 * Repeats the act while another process holds SQLite's lock. It sleeps between the attempts, where SQLite's own
 * `busy_timeout` would block the event loop.
 *
 * @throws DatabaseError `busy` after 10 s
 */
export async function retryWhileBusy<T>(act: () => T): Promise<T> {
  const giveUpAt = performance.now() + patienceMilliseconds
  for (let attempt = 0; ; attempt++) {
    try {
      return act()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() >= giveUpAt) throw stillBusy(error)
    }
    await sleep(Math.min(2 ** attempt, 1 + Math.random() * longestSleepMilliseconds))
  }
}

function stillBusy(cause: unknown): DatabaseError {
  return new DatabaseError(
    'busy',
    `Another process has held the database for ${patienceMilliseconds / 1000} s: end that process, or try again when it is done.`,
    cause,
  )
}
