const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export type Resolution = 'minute' | 'hour'

/** How long what each row counts is, and how long rows are kept. */
export const resolutions: Readonly<
  Record<Resolution, { readonly stepMilliseconds: number; readonly keptMilliseconds: number }>
> = {
  minute: { stepMilliseconds: MINUTE_MS, keptMilliseconds: 2 * DAY_MS },
  hour: { stepMilliseconds: HOUR_MS, keptMilliseconds: 30 * DAY_MS },
}

/** When the minute or hour began. */
export function beginningOf(moment: number, stepMilliseconds: number): number {
  return Math.floor(moment / stepMilliseconds) * stepMilliseconds
}
