import { expect, test } from 'vitest'
import { WordSet } from './word-set.ts'

test.each([
  ['orders:read orders:write', ['orders:read', 'orders:write']],
  ['orders:read', ['orders:read']],
  ['  a  b ', ['a', 'b']],
  ['', []],
  [
    ['editor', 'lead', 'editor'],
    ['editor', 'lead'],
  ],
  [['a b'], ['a b']],
  [['', 'a', 7, null, ['b']], ['a']],
  [undefined, []],
  [null, []],
  [7, []],
  [{ length: 1, 0: 'a' }, []],
])('the words of %j are %j', (claim, words) => {
  expect([...new WordSet(claim)]).toEqual(words)
})

test('it refuses to change: all requests with a token see the same set', () => {
  const set = new WordSet('a b')
  for (const change of [() => set.add(), () => set.delete(), () => set.clear()])
    expect(change).toThrow(new TypeError('Scopes cannot be changed'))
  expect([...set]).toEqual(['a', 'b'])
})
