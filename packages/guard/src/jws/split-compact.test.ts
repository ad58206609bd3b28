import { expect, test } from 'vitest'
import { splitCompact } from './split-compact.ts'

const expected = 'three parts of canonical base64url, within 8 kB'
const signingInputOf = (length: number) => `a.${'b'.repeat(length - 2)}`

test('RFC 7515 §7.1: header, payload and signature, and what was signed', () => {
  expect(splitCompact('aa.bbb.cccc')).toEqual({
    ok: true,
    header: 'aa',
    payload: 'bbb',
    signature: 'cccc',
    signingInput: 'aa.bbb',
  })
})

test('RFC 7515 appendix F: the payload may be empty', () => {
  expect(splitCompact('aa..c')).toMatchObject({ ok: true, header: 'aa', payload: '', signingInput: 'aa.' })
})

test.each([
  ['nothing', '', '1 parts'],
  ['one part', 'a', '1 parts'],
  ['two', 'a.b', '2 parts'],
  ['four', 'a.b.c.d', '4 parts'],
  ['RFC 7516 §9: five, as of a JWE', 'a.b.c.d.e', '5 parts'],
  ['dots alone', '...', '4 parts'],
  ['no header', '.b.c', 'an empty part'],
  ['no signature', 'a.b.', 'an empty part'],
  ['a character beyond ASCII', 'a.b.é', 'characters that are no ASCII'],
  ['too long a header and payload', `${signingInputOf(10_925)}.c`, '10925 characters of header and payload'],
  ['too long a text', `a.b.${'c'.repeat(16_381)}`, '16385 characters'],
])('%s: refused by its form', (_, token, got) => {
  expect(splitCompact(token)).toEqual({ ok: false, failure: { check: 'form', expected, got } })
})

test('8 kB of header and payload, and 16,384 characters in all, pass', () => {
  expect(splitCompact(`${signingInputOf(10_924)}.c`).ok).toBe(true)
  expect(splitCompact(`a.b.${'c'.repeat(16_380)}`).ok).toBe(true)
})
