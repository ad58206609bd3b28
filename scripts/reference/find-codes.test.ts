import { expect, test } from 'vitest'
import { assertDocumented, findCodes, findReasons } from './find-codes.ts'

test.each([
  ['a member', "throw new Problem({ status: 400, code: 'not_found', detail: 'There is nothing.' })", ['not_found']],
  ['a field', "readonly code = 'hash_queue_full'", ['hash_queue_full']],
  ['an argument', "throw new CommandError('cancelled', 'Nothing was changed.')", ['cancelled']],
  ['an argument on the next line', "new CommandError(\n      'unknown_account',\n      'x')", ['unknown_account']],
  ['both branches', "code: is(it) ? 'a_b' : 'c_d',", ['a_b', 'c_d']],
  ['not what is compared', "code: reason === 'e_f' ? 'a_b' : 'c_d',", ['a_b', 'c_d']],
  ['a union', "code: 'a_b' | 'c_d')", ['a_b', 'c_d']],
  ['no code of the platform', "if (code === 'EADDRINUSE') return", []],
])('a code is found: %s', (_, source, codes) => {
  expect([...findCodes(source)]).toEqual(codes)
})

test('a reason is found as a code is', () => {
  expect([...findReasons("| { ok: false; reason: 'a_b' | 'c_d'; unknown: 'e_f' }")]).toEqual(['a_b', 'c_d'])
})

test('a code that is not described, and a description of no code, are told', () => {
  expect(() => assertDocumented('here', new Set(['a', 'b']), ['b', 'c'])).toThrow(
    'here: a (not described), c (given nowhere)',
  )
  expect(() => assertDocumented('here', new Set(['a']), ['a'])).not.toThrow()
})
