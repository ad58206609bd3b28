import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Language } from '../../platform/html/language.ts'

/** A day in words, in UTC. */
export function renderDay(moment: EpochMilliseconds, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(moment)
}
