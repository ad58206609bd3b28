import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { forEachLanguage } from '../../platform/html/for-each-language.ts'
import type { Language } from '../../platform/html/language.ts'

const days = forEachLanguage((language) => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }))

/** A day in words, in UTC. */
export function renderDay(moment: EpochMilliseconds, language: Language): string {
  return days(language).format(moment)
}
