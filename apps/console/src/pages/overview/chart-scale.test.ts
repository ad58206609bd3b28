import { expect, test } from 'vitest'
import { linePath, niceCeiling, shortNumber, spreadLabels } from './chart-scale.ts'

test.each([
  [0, 2],
  [1, 2],
  [3, 4],
  [10, 20],
  [11, 20],
  [99, 100],
  [101, 200],
  [4200, 6000],
])('an axis for %i ends at %i, whose half is whole', (value, end) => {
  expect(niceCeiling(value)).toBe(end)
  expect(Number.isInteger(niceCeiling(value) / 2)).toBe(true)
})

test('numbers are short enough for an axis', () => {
  expect([0, 999, 1200, 34_000_000].map(shortNumber)).toEqual(['0', '999', '1.2k', '34m'])
})

test('labels keep their order and distance, and stay within the chart', () => {
  expect(spreadLabels([10, 100], 15, 200)).toEqual([10, 100])
  expect(spreadLabels([100, 100, 101], 15, 200)).toEqual([100, 115, 130])
  expect(spreadLabels([198, 199], 15, 200)).toEqual([185, 200])
})

test('a line breaks where nothing is known, and a lone value is a dot', () => {
  const same = (value: number) => value
  expect(linePath([1, 2, null, 3, null, 4, 5], same, same)).toBe('M0.0 1.0L1.0 2.0M3.0 3.0h.01M5.0 4.0L6.0 5.0')
})
