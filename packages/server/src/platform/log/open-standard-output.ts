import { type DestinationStream, pino } from 'pino'

type DestinationOptions = Exclude<Parameters<typeof pino.destination>[0], string | number | undefined>

/** Where lines are written to, and how what waits is handed over. */
export type LogDestination = DestinationStream & { flush(done: () => void): void }

/**
 * Opens standard output for a log. Where it cannot be written, for want of space above all, lines wait as long as there is room for them, and are lost then: the
 * process goes on, and writes again once it can.
 */
export function openStandardOutput(options: Omit<DestinationOptions, 'dest'>): LogDestination {
  const destination = pino.destination({ ...options, dest: 1 })
  let isFailing = false
  // Without a listener, a full disk would end the process.
  destination.on('error', () => {
    isFailing = true
  })
  destination.on('write', () => {
    isFailing = false
  })
  // Called when the process ends. It tries until it succeeds, so that on a full disk the process would never end.
  const flushSync = destination.flushSync.bind(destination)
  destination.flushSync = () => {
    if (!isFailing) flushSync()
  }
  return destination
}
