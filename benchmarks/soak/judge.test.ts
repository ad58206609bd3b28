import { expect, test } from 'vitest'
import { judgeFailures, judgeFlat, type Point } from './judge.ts'

const mark = { of: 'memory', mostGrowth: 0.1, warmUp: 0.2, unit: 'MB' }

/** Thirty minutes, a sample each quarter of a minute, with noise of which we know what it is. */
function series(value: (minutes: number, noise: number) => number): Point[] {
  let seed = 7
  return Array.from({ length: 120 }, (_, index) => {
    seed = (seed * 16_807) % 2_147_483_647
    return { at: index * 15, value: value(index / 4, seed / 2_147_483_647 - 0.5) }
  })
}

test('a flat series with noise and some outliers is flat', () => {
  expect(
    judgeFlat(
      series((_, noise) => 100 + 10 * noise),
      mark,
    ),
  ).toMatchObject({ isMet: true })
  expect(
    judgeFlat(
      series((minutes) => (minutes % 7 === 0 ? 300 : 100)),
      mark,
    ),
  ).toMatchObject({ isMet: true })
})

test('what grows while it warms up, and no more, is flat', () => {
  expect(
    judgeFlat(
      series((minutes) => Math.min(60 + 10 * minutes, 110)),
      mark,
    ).isMet,
  ).toBe(true)
})

test.each([
  ['a steady leak', (minutes: number, noise: number) => 100 + 0.6 * minutes + 10 * noise],
  ['a leak by steps', (minutes: number) => 100 + 5 * Math.floor(minutes / 6)],
  ['a leak under collections that hide it', (minutes: number) => 100 + 0.8 * minutes + (minutes % 2 === 0 ? 0 : 12)],
  ['what rises so steeply that its line begins below zero', (minutes: number) => 1 + minutes ** 3],
  ['a leak that begins late', (minutes: number) => 100 + 2 * Math.max(0, minutes - 12)],
])('%s is objected to', (_, value) => {
  const verdict = judgeFlat(series(value), mark)
  expect(verdict, verdict.measured).toMatchObject({ isMet: false })
})

test('one more descriptor is no leak, one more with every minute is', () => {
  const handles = { ...mark, of: 'descriptors', leastRise: 5, unit: '' }
  expect(
    judgeFlat(
      series((minutes) => (minutes > 14 ? 24 : 21)),
      handles,
    ).isMet,
  ).toBe(true)
  expect(
    judgeFlat(
      series((minutes) => 21 + Math.floor(minutes)),
      handles,
    ).isMet,
  ).toBe(false)
})

test('too few samples, or none, are no proof', () => {
  expect(judgeFlat([], mark).isMet).toBe(false)
  expect(judgeFlat(series(() => 1).slice(0, 4), mark).isMet).toBe(false)
})

test('one answer that is not what it must be is objected to, and so is a run without any', () => {
  expect(judgeFailures([], 1000).isMet).toBe(true)
  expect(judgeFailures(['GET /healthz: 500'], 1000)).toMatchObject({ isMet: false })
  expect(judgeFailures([], 0).isMet).toBe(false)
})
