import { constants, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makeSigningKey } from '../../testing/signing-keys.ts'
import { type Algorithm, asymmetricAlgorithms, symmetricAlgorithms } from '../jws/algorithm.ts'
import { importKey } from './import-key.ts'

const algorithms = [...asymmetricAlgorithms, ...symmetricAlgorithms]
const input = Buffer.from('header.payload')

describe.each<Algorithm>(algorithms)('%s', (alg) => {
  const key = makeSigningKey(alg)

  test('its key takes its own signatures, and none of another text or key', () => {
    const imported = importKey(key.jwk, algorithms)
    const signature = key.sign(input)
    expect(signature).toHaveLength(imported.signatureBytes)
    for (let count = 0; count < 2; count += 1) {
      expect(imported.verify(input, signature)).toBe(true)
      expect(imported.verify(Buffer.from('header.Payload'), signature)).toBe(false)
      expect(imported.verify(input, Buffer.alloc(imported.signatureBytes))).toBe(false)
    }
    expect(
      imported.verify(
        input,
        signature.map((byte, at) => (at === 0 ? byte ^ 1 : byte)),
      ),
    ).toBe(false)
  })

  test('it keeps its kid and its names', () => {
    expect(importKey(key.jwk, algorithms)).toMatchObject({ kid: key.kid, names: expect.arrayContaining([alg]) })
  })
})

test('RFC 7518 §3.5: a salt of another length than the hash is refused, and so is the other padding', () => {
  const { jwk, privateKey } = makeSigningKey('PS256')
  if (privateKey === undefined) throw new Error('it has one')
  const signPss = (saltLength: number) =>
    sign('sha256', input, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
  const forPss = importKey(jwk, algorithms)
  expect([32, 20, 0, 64].map((length) => forPss.verify(input, signPss(length)))).toEqual([true, false, false, false])
  expect(forPss.verify(input, sign('sha256', input, privateKey))).toBe(false)
  const forPkcs1 = importKey({ ...jwk, alg: 'RS256' }, algorithms)
  expect(forPkcs1.verify(input, sign('sha256', input, privateKey))).toBe(true)
  expect(forPkcs1.verify(input, signPss(32))).toBe(false)
})

test('RFC 7518 §3.4: a signature in DER is refused', () => {
  const { jwk, privateKey } = makeSigningKey('ES256')
  if (privateKey === undefined) throw new Error('it has one')
  expect(importKey(jwk, algorithms).verify(input, sign('sha256', input, privateKey))).toBe(false)
})

test('a point that is not on the curve, and a key that is judged wrong, are not taken', () => {
  const { jwk } = makeSigningKey('ES256')
  expect(() => importKey({ ...jwk, y: Buffer.alloc(32, 7).toString('base64url') }, algorithms)).toThrow()
  expect(() => importKey({ ...jwk, use: 'enc' }, algorithms)).toThrow('its use is "enc"')
  expect(() => importKey(jwk, ['RS256'])).toThrow('its algorithm is not allowed')
})
