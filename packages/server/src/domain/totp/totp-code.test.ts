import { HOTP, Secret } from 'otpauth'
import { expect, test } from 'vitest'
import { codeOfStep, findStepOfCode, parseTotpCode, stepOf } from './totp-code.ts'

const secret = Buffer.from('12345678901234567890')

test('RFC 4226 appendix D: the codes of the first ten counters', () => {
  const codes = Array.from({ length: 10 }, (_, counter) => codeOfStep(secret, counter))
  expect(codes).toEqual([
    ...['755224', '287082', '359152', '969429', '338314'],
    ...['254676', '287922', '162583', '399871', '520489'],
  ])
})

test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('RFC 6238 appendix B: at %i s the code is %s, of which six digits are used', (seconds, eightDigits) => {
  const step = stepOf(seconds * 1000)
  expect(codeOfStep(secret, step)).toBe(eightDigits.slice(2))
  const buffer = new Uint8Array(secret).buffer
  expect(HOTP.generate({ secret: new Secret({ buffer }), digits: 8, counter: step })).toBe(eightDigits)
})

test('RFC 6238 §5.2: a code is of its own step and good one step before and after it, and no further', () => {
  const now = 1_234_567_890_000
  const step = stepOf(now)
  const found = [-2, -1, 0, 1, 2].map((drift) => findStepOfCode(secret, codeOfStep(secret, step + drift), now))
  expect(found).toEqual([undefined, step - 1, step, step + 1, undefined])
})

test.each([
  ['123456', '123456'],
  [' 123 456 ', '123456'],
  ['123-456', '123456'],
  ['１２３４５６', '123456'],
  ['١٢٣٤٥٦', '123456'],
  ['۱۲۳۴۵۶', '123456'],
  ['12345', undefined],
  ['1234567', undefined],
  ['12345a', undefined],
  ['', undefined],
  ['१२३४५६', undefined],
])('a code that was typed as %j is read as %j', (typed, code) => {
  expect(parseTotpCode(typed)).toBe(code)
})
