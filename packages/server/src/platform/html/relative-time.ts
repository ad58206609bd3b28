import type { EpochMilliseconds } from '../clock/clock.ts'
import { forEachLanguage } from './for-each-language.ts'
import { type Html, html } from './html.ts'
import type { Language } from './language.ts'
import { stringsIn } from './strings/strings.ts'

const units = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const

const spans = forEachLanguage((language) => new Intl.RelativeTimeFormat(language))
const exactMoments = forEachLanguage(
  (language) => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'long', timeZone: 'UTC' }),
)

/**
 * A span of time in words, in its largest whole unit: "5 minutes ago" for -300, "in 40 seconds" for 40. Rounded towards later,
 * so that who comes back at a time to come is not too early.
 */
export function relativeTime(seconds: number, language: Language): string {
  const size = Math.abs(seconds)
  const { unit, seconds: length } = units.find((candidate) => size >= candidate.seconds) ?? units[3]
  return spans(language).format(Math.ceil(seconds / length), unit)
}

/** Renders a past moment as "5 minutes ago", with the exact time in UTC for machines, on hover and for screen readers. */
export function renderPastMoment(moment: EpochMilliseconds, now: EpochMilliseconds, language: Language): Html {
  const secondsAgo = Math.floor((now - moment) / 1000)
  const words = secondsAgo < 60 ? stringsIn(language).account.justNow : relativeTime(-secondsAgo, language)
  const exact = exactMoments(language).format(moment)
  return html`<time datetime="${new Date(moment).toISOString()}" title="${exact}">${words}</time>`
}
