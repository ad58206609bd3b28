import { expect, test } from 'vitest'
import { makeSigningKey } from '../../testing/signing-keys.ts'
import { type Algorithm, asymmetricAlgorithms, symmetricAlgorithms } from '../jws/algorithm.ts'
import { decodeMember, judgeKey } from './judge-key.ts'

const algorithms = [...asymmetricAlgorithms, ...symmetricAlgorithms]
const p256 = { ...makeSigningKey('ES256').jwk, alg: undefined }
const p384 = { ...makeSigningKey('ES384').jwk, alg: undefined }
const ed25519 = { ...makeSigningKey('EdDSA').jwk, alg: undefined }
const rsa = { ...makeSigningKey('RS256').jwk, alg: undefined }
const secret = { kty: 'oct', k: Buffer.alloc(32, 7).toString('base64url') }

/** A number as a member of a key. */
function encode(number: bigint): string {
  const digits = number.toString(16)
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString('base64url')
}

const allEd = ['EdDSA', 'Ed25519']

test.each<[string, Record<string, unknown>, readonly string[], number, string | undefined]>([
  ['P-256', p256, ['ES256'], 64, 'sha256'],
  ['P-384', p384, ['ES384'], 96, 'sha384'],
  ['Ed25519', ed25519, allEd, 64, undefined],
  ['RSA', rsa, ['RS256'], 256, 'sha256'],
  ['a secret', secret, ['HS256'], 32, undefined],
  ['P-256, named', { ...p256, alg: 'ES256' }, ['ES256'], 64, 'sha256'],
  ['RSA for PSS', { ...rsa, alg: 'PS256' }, ['PS256'], 256, 'sha256'],
  ['RFC 9864 §2.2: Ed25519 by its old name', { ...ed25519, alg: 'EdDSA' }, allEd, 64, undefined],
  ['RFC 9864 §2.2: Ed25519 by its own', { ...ed25519, alg: 'Ed25519' }, allEd, 64, undefined],
  ['without a kid', { ...p256, kid: undefined }, ['ES256'], 64, 'sha256'],
  ['RFC 7517 §4.2: for signatures', { ...p256, use: 'sig' }, ['ES256'], 64, 'sha256'],
  ['without a use', { ...p256, use: undefined }, ['ES256'], 64, 'sha256'],
  ['RFC 7517 §4.3: to verify, among others', { ...p256, key_ops: ['sign', 'verify'] }, ['ES256'], 64, 'sha256'],
  ['a modulus of 2049 bits', { ...rsa, n: encode(2n ** 2048n + 1n) }, ['RS256'], 257, 'sha256'],
  ['a modulus of 2048 bits', { ...rsa, n: encode(2n ** 2047n + 1n) }, ['RS256'], 256, 'sha256'],
  ['the least exponent', { ...rsa, e: encode(65_537n) }, ['RS256'], 256, 'sha256'],
  ['a greater exponent', { ...rsa, e: encode(2n ** 32n + 15n) }, ['RS256'], 256, 'sha256'],
  ['an exponent of 64 bits', { ...rsa, e: encode(2n ** 64n - 1n) }, ['RS256'], 256, 'sha256'],
  ['a longer secret', { ...secret, k: Buffer.alloc(64).toString('base64url') }, ['HS256'], 32, undefined],
])('%s is taken, for one algorithm', (_, jwk, names, signatureBytes, hash) => {
  expect(judgeKey(jwk, algorithms)).toEqual({ kid: jwk.kid, names, hash, signatureBytes })
})

const marked = markAsRoca()

test.each<[string, Record<string, unknown>, string]>([
  ['a kid that is no text', { ...p256, kid: 7 }, 'its kid is no text'],
  ['an empty kid', { ...p256, kid: '' }, 'its kid is no text'],
  ['RFC 7517 §4.2: for encryption', { ...p256, use: 'enc' }, 'its use is "enc"'],
  ['RFC 7517 §4.3: to sign', { ...p256, key_ops: ['sign'] }, 'its key_ops are ["sign"]'],
  ['key_ops that are no list', { ...p256, key_ops: 'verify' }, 'its key_ops are "verify"'],
  ['the algorithm of another curve', { ...p256, alg: 'ES384' }, 'its algorithm is not allowed'],
  ['the algorithm of another type', { ...ed25519, alg: 'ES256' }, 'its algorithm is not allowed'],
  ['an algorithm that there is not', { ...rsa, alg: 'RS1' }, 'its algorithm is not allowed'],
  ['another curve', { ...p256, crv: 'secp256k1' }, 'its algorithm is not allowed'],
  ['another curve of Ed', { ...ed25519, crv: 'Ed448', alg: 'EdDSA' }, 'its algorithm is not allowed'],
  ['an RSA key with a curve', { ...rsa, crv: 'P-256' }, 'its algorithm is not allowed'],
  ['another type', { ...p256, kty: 'oct' }, 'its algorithm is not allowed'],
  ['no type', { ...p256, kty: undefined }, 'its algorithm is not allowed'],
  ['RFC 7518 §6.2.1.2: an x of another length', { ...p256, x: 'AAAA' }, 'its x is not base64url of 32 bytes'],
  ['no y', { ...p256, y: undefined }, 'its y is not base64url of 32 bytes'],
  ['RFC 7518 §6.2.1.3: a y of another length', { ...p384, y: p256.y }, 'its y is not base64url of 48 bytes'],
  ['RFC 8037 §2: an x of another length', { ...ed25519, x: p384.x }, 'its x is not base64url of 32 bytes'],
  ['no modulus', { ...rsa, n: undefined }, 'its n is not base64url of some bytes'],
  ['an exponent that is a number', { ...rsa, e: 65_537 }, 'its e is not base64url of some bytes'],
  ['a secret in another alphabet', { ...secret, k: '+'.repeat(43) }, 'its k is not base64url of some bytes'],
  ['RFC 7518 §3.2: a secret of 31 bytes', { ...secret, k: Buffer.alloc(31).toString('base64url') }, 'it has 248 bits'],
  ['an empty secret', { ...secret, k: '' }, 'it has 0 bits'],
  ['RFC 7518 §3.3: a modulus of 2047 bits', { ...rsa, n: encode(2n ** 2047n - 1n) }, 'it has 2047 bits'],
  ['an empty modulus', { ...rsa, n: '' }, 'it has 1 bits'],
  ['an exponent of 1', { ...rsa, e: encode(1n) }, 'its exponent is 1'],
  ['an empty exponent', { ...rsa, e: '' }, 'its exponent is 0'],
  ['an exponent of 65535', { ...rsa, e: encode(65_535n) }, 'its exponent is 65535'],
  ['an exponent of 65 bits', { ...rsa, e: encode(2n ** 64n + 1n) }, `its exponent is ${2n ** 64n + 1n}`],
  ['an even exponent', { ...rsa, e: encode(65_538n) }, 'its exponent is 65538'],
  ['CVE-2017-15361: a modulus with the mark of ROCA', { ...rsa, n: encode(marked) }, 'it is a ROCA key'],
])('%s is not taken: %s', (_, jwk, sentence) => {
  expect(() => judgeKey(jwk, algorithms)).toThrow(new Error(sentence))
})

/** A modulus of 2048 bits that is 1, a power of 65537, modulo each prime. */
function markAsRoca(): bigint {
  const primes = [11n, 13n, 17n, 19n, 37n, 53n, 61n, 71n, 73n, 79n, 97n, 103n, 107n, 109n, 127n, 151n, 157n]
  const product = primes.reduce((all, prime) => all * prime, 1n)
  return (2n ** 2048n / product - 1n) * product + 1n
}

test.each<[Record<string, unknown>, readonly Algorithm[], readonly Algorithm[]]>([
  [rsa, ['PS256', 'RS256'], ['PS256']],
  [rsa, ['ES256', 'RS256', 'PS256'], ['RS256']],
  [{ ...rsa, alg: 'RS256' }, ['PS256', 'RS256'], ['RS256']],
  [ed25519, ['Ed25519'], ['Ed25519']],
  [{ ...ed25519, alg: 'EdDSA' }, ['Ed25519', 'ES256'], ['Ed25519']],
  [p256, ['ES384', 'ES256'], ['ES256']],
])(
  'RFC 8725 §3.1: of what is allowed, a key is for what it names, or for the first that fits its type',
  (jwk, allowed, names) => {
    expect(judgeKey(jwk, allowed).names).toEqual(names)
  },
)

test.each<[Record<string, unknown>, readonly Algorithm[]]>([
  [{ ...rsa, alg: 'RS256' }, ['PS256']],
  [rsa, ['ES256', 'EdDSA']],
  [ed25519, ['ES256']],
  [secret, asymmetricAlgorithms],
  [p256, []],
])('RFC 8725 §3.1: a key for what is not allowed is not taken', (jwk, allowed) => {
  expect(() => judgeKey(jwk, allowed)).toThrow('its algorithm is not allowed')
})

test('a member is decoded as it stands, of any length unless one is asked for', () => {
  expect(decodeMember({ k: 'AQID' }, 'k')).toEqual(Buffer.from([1, 2, 3]))
  expect(decodeMember({ k: 'AQID' }, 'k', 3)).toEqual(Buffer.from([1, 2, 3]))
  expect(() => decodeMember({ k: 'AQID' }, 'k', 2)).toThrow('its k is not base64url of 2 bytes')
})
