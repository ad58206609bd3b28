import type { Log } from './create-log.ts'

/** In one second, of one kind. */
const MOST_LINES = 100

/** Whether a line may be written, so that a flood of requests does not become one of lines. */
export interface LineBudget {
  /** False: it counts as left out. */
  take(): boolean
}

/**
 * Gives so many lines a second; how many were left out is told by one line of its own, when the second is over.
 *
 * @param name what the lines say, as the line that sums them up names it.
 */
export function boundLines(
  log: Log,
  name: string,
  { most = MOST_LINES, milliseconds = 1000 }: { readonly most?: number; readonly milliseconds?: number } = {},
): LineBudget {
  let taken = 0
  let isCounting = false
  return {
    take() {
      taken += 1
      if (!isCounting) {
        isCounting = true
        setTimeout(() => {
          if (taken > most) log.warn({ leftOut: taken - most, lines: name }, 'lines were left out')
          taken = 0
          isCounting = false
        }, milliseconds).unref()
      }
      return taken <= most
    },
  }
}
