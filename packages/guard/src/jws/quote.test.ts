import { expect, test } from 'vitest'
import { quote } from './quote.ts'

test.each([
  ['nothing', undefined, 'nothing'],
  ['a text', 'a "b"', String.raw`"a \"b\""`],
  ['what people write', 'Ægir 日本 🎉', '"Ægir 日本 🎉"'],
  ['C0 controls', '\u001b[31m\n', String.raw`"\u001b[31m\n"`],
  ['C1 controls: 9B begins an escape sequence', 'a\u009b31m', String.raw`"a\u{9b}31m"`],
  ['text turned around', 'a\u202eb\u2066c\u200f', String.raw`"a\u{202e}b\u{2066}c\u{200f}"`],
  ['line ends of Unicode', 'a\u2028b\u2029', String.raw`"a\u{2028}b\u{2029}"`],
  ['invisible tags beyond the first plane', 'a\u{e0041}', String.raw`"a\u{e0041}"`],
])('%s', (_, value, quoted) => {
  expect(quote(value)).toBe(quoted)
})

const ring: { self?: unknown } = {}
ring.self = ring

test.each([
  ['a list', ['a', 7], '["a",7]'],
  ['null', null, 'null'],
  ['what JSON has no word for', () => {}, 'function'],
  ['a bigint, as schemas have them', { minimum: 5n }, '{"minimum":"5"}'],
  ['what refers to itself', ring, 'object'],
])('%s', (_, value, quoted) => {
  expect(quote(value)).toBe(quoted)
})

test('what is longer than 120 characters is cut, and says so', () => {
  expect(quote('a'.repeat(118))).toBe(`"${'a'.repeat(118)}"`)
  expect(quote('a'.repeat(119))).toBe(`"${'a'.repeat(119)}...`)
  expect(quote('a'.repeat(5000))).toBe(`"${'a'.repeat(119)}...`)
})
