import { expect, test } from 'vitest'
import { parseProofBundle } from './proof-bundle.ts'

const bundle = {
  public: { id: 'a', private: 'b' },
  private: null,
  salt: null,
  index: 0,
  inclusion: [],
  checkpoint: '',
  key: '',
}

test('a bundle is read when each member is of its kind', () => {
  expect(parseProofBundle(JSON.stringify(bundle))).toEqual(bundle)
})

test.each([
  ['no salt', { salt: undefined }],
  ['a salt that is no text', { salt: 7 }],
  ['no private part', { private: undefined }],
  ['a private part that is a text', { private: 'x' }],
  ['an index that is no whole number', { index: 0.5 }],
  ['hashes that are no texts', { inclusion: [7] }],
  ['no public part', { public: null }],
  [
    'a private part that is nested without end',
    { private: { a: JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) } },
  ],
])('none: %s', (_what, changes) => {
  expect(parseProofBundle(JSON.stringify({ ...bundle, ...changes }))).toBeUndefined()
})
