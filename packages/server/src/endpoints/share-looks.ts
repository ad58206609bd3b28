import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Makes of a look one for all who ask before it begins. Each begins after it was asked for, after the one before has ended, and at least so long after that one began: so
 * it costs the same, however many ask.
 */
export function shareLooks<Found>(look: () => Promise<Found>, pauseMilliseconds: number): () => Promise<Found> {
  let next: Promise<Found> | undefined
  let last: Promise<unknown> = Promise.resolve()
  let mayBeginAt = 0

  async function begin(): Promise<Found> {
    await last
    const wait = mayBeginAt - performance.now()
    if (wait > 0) await sleep(wait)
    next = undefined
    mayBeginAt = performance.now() + pauseMilliseconds
    const looking = look()
    last = looking.catch(() => {})
    return looking
  }

  return () => {
    next ??= begin()
    return next
  }
}
