import { expect, test } from 'vitest'
import { makeSigningKey } from '../../testing/signing-keys.ts'
import { importKeySet } from './import-key-set.ts'

test('a set is ready to verify, by its kids, knows no header yet, and says what it is without', () => {
  const [key, other] = [makeSigningKey('ES256', 'one'), makeSigningKey('EdDSA', 'two')]
  const { keySet, ignored } = importKeySet({ keys: [key.jwk, other.jwk] }, ['ES256'])
  expect([...keySet.byKid.keys()]).toEqual(['one'])
  expect(keySet.keys).toHaveLength(1)
  expect(keySet.knownHeaders).toEqual(new Map())
  expect(ignored).toEqual(['key "two": its algorithm is not allowed'])
  const input = Buffer.from('a.b')
  expect(keySet.byKid.get('one')?.verify(input, key.sign(input))).toBe(true)
})
