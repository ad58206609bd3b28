import { expect, test } from 'vitest'
import { formatTypedCode, makeTypedCode, parseTypedCode } from './typed-code.ts'

test.each([
  'BCDF-GHJK',
  'bcdfghjk',
  ' bcdf ghjk ',
  'b.c.d.f_g/h j k',
  'BCDF\u2013GHJK',
  'BCDF\u00a0GHJK',
  'ＢＣＤＦ－ｇｈｊｋ',
  '\u202aBCDF-GHJK\u202c',
])('RFC 8628 §6.1: “%s” is the code BCDF-GHJK', (typed) => {
  expect(parseTypedCode(typed)).toBe('BCDFGHJK')
})

test.each(['', '-', 'BCDF-GHJ', 'BCDF-GHJKL', 'ABCD-EFGH', 'BCDF-GH1K', 'ВCDF-GHJK', 'BCDF-GHJK\u0301'])(
  'RFC 8628 §6.1: “%s” is no code',
  (typed) => {
    expect(parseTypedCode(typed)).toBeUndefined()
  },
)

test('RFC 8628 §6.1: codes are of 20 consonants, all of them, and are read in two halves', () => {
  const codes = Array.from({ length: 1000 }, makeTypedCode)
  expect(new Set(codes.join(''))).toEqual(new Set('BCDFGHJKLMNPQRSTVWXZ'))
  expect(new Set(codes).size).toBe(1000)
  for (const code of codes) {
    expect(formatTypedCode(code)).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
    expect(parseTypedCode(formatTypedCode(code))).toBe(code)
  }
})
