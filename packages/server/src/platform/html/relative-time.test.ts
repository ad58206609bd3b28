import { describe, expect, it } from 'vitest'
import { relativeTime, renderPastMoment } from './relative-time.ts'

describe('relativeTime', () => {
  it.each([
    [-1, 'en', '1 second ago'],
    [-59, 'en', '59 seconds ago'],
    [-60, 'en', '1 minute ago'],
    [-3599, 'en', '59 minutes ago'],
    [-3600, 'en', '1 hour ago'],
    [-86_400, 'en', '1 day ago'],
    [-300, 'de', 'vor 5 Minuten'],
    [40, 'en', 'in 40 seconds'],
    [40, 'de', 'in 40 Sekunden'],
    [120, 'en', 'in 2 minutes'],
    // Rounded up for a time to come: who comes back then must not be too early.
    [61, 'en', 'in 2 minutes'],
  ] as const)('%d s in %s: %s', (seconds, language, words) => {
    expect(relativeTime(seconds, language)).toBe(words)
  })
})

describe('renderPastMoment', () => {
  const now = Date.UTC(2026, 2, 14, 9, 26, 53)

  it('shows the words, and the exact time on hover and for machines', () => {
    expect(renderPastMoment(now - 300_000, now, 'en').toString()).toBe(
      '<time datetime="2026-03-14T09:21:53.000Z" title="March 14, 2026 at 9:21:53 AM UTC">5 minutes ago</time>',
    )
  })

  it.each([
    ['a moment ago', now - 59_999],
    ['a clock that runs ahead', now + 5000],
  ])('says "just now" for %s', (_claim, moment) => {
    expect(renderPastMoment(moment, now, 'en').toString()).toContain('>just now</time>')
  })
})
