const units = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' })
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })

/** A moment as seen from another one: `5 minutes ago`, `in 2 days`; within a minute `just now` or `in a moment`. */
export function timeWords(moment: number, now: number): string {
  const seconds = (moment - now) / 1000
  for (const [unit, length] of units) {
    const count = Math.trunc(seconds / length)
    if (count !== 0) return relative.format(count, unit)
  }
  return seconds > 0 ? 'in a moment' : 'just now'
}

/** The exact moment in the person's own time zone. */
export function exactTime(moment: number): string {
  return exact.format(moment)
}

/** A length of time, as `2 d 3 h`, `4 min 5 s` or `41 ms`. */
export function durationWords(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = Math.round(milliseconds / 1000)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ].filter(([count]) => count !== 0)
  return parts
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
