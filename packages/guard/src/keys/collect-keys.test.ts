import { expect, test } from 'vitest'
import { collectKeys } from './collect-keys.ts'

const notASet = 'no JWK set of up to 100 keys'
const take = (jwk: { readonly kid?: unknown; readonly bad?: unknown }) => {
  if (jwk.bad !== undefined) throw new Error(`it is ${jwk.bad}`)
  return { kid: jwk.kid as string | undefined, names: ['ES256'] }
}
const many = (length: number) => Array.from({ length }, (_, at) => ({ kid: `key-${at}` }))

test('RFC 7517 §5: keys that there is no use for are ignored, with a sentence each, and the others are taken', () => {
  const { keys, ignored } = collectKeys(
    { keys: [{ kid: 'a' }, { kid: 'b', bad: 'old' }, { bad: 'new' }, {}], x: 1 },
    take,
  )
  const [a, bare] = [take({ kid: 'a' }), take({})]
  expect(keys.keys).toEqual([a, bare])
  expect(keys.byKid.get('a')).toBe(keys.keys[0])
  expect(keys.byKid.has('b')).toBe(false)
  expect(ignored).toEqual(['key "b": it is old', 'key nothing: it is new'])
})

test('up to 100 keys are a set, of none as well', () => {
  expect(collectKeys({ keys: many(100) }, take).keys.keys).toHaveLength(100)
  expect(collectKeys({ keys: [] }, take)).toEqual({ keys: { keys: [], byKid: new Map() }, ignored: [] })
})

test.each<[string, unknown, string]>([
  ['101 keys', { keys: many(101) }, notASet],
  ['a list', many(1), notASet],
  ['nothing', undefined, notASet],
  ['null', null, notASet],
  ['an object without keys', {}, notASet],
  ['keys that are no list', { keys: { length: 1, 0: {} } }, notASet],
  ['a key that is no object', { keys: [{}, null] }, notASet],
  ['two of one kid', { keys: [{ kid: 'a' }, { kid: 'b' }, { kid: 'a' }] }, 'two keys have one kid: ["a","b","a"]'],
  ['a secret among public keys', { keys: [{ kty: 'oct' }, { kty: 'EC' }] }, 'secrets and public keys are mixed'],
  ['a private key', { keys: [{ kty: 'EC' }, { kty: 'EC', d: 'AA' }] }, 'a private key is among them'],
])('as a whole is wrong: %s', (_, value, sentence) => {
  expect(() => collectKeys(value, take)).toThrow(new Error(sentence))
})

test('several without kid are no ambiguity, nor are several secrets, of which nobody reads a member d', () => {
  expect(collectKeys({ keys: [{ kty: 'EC' }, { kty: 'EC' }] }, take).keys.keys).toHaveLength(2)
  expect(collectKeys({ keys: [{ kty: 'oct' }, { kty: 'oct', d: 'AA' }] }, take).keys.keys).toHaveLength(2)
})
