import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Algorithm } from '../src/jws/algorithm.ts'
import type { JsonWebKey } from '../src/keys/json-web-key.ts'

/** A key pair of an issuer made for one test, or a secret. */
export interface SigningKey {
  readonly alg: Algorithm
  readonly kid: string
  /** What verifiers get: the public key, or the secret. */
  readonly jwk: JsonWebKey
  readonly privateKey: KeyObject | undefined
  readonly sign: (input: Uint8Array) => Buffer
}

/** Makes a new key for an algorithm. */
export function makeSigningKey(alg: Algorithm, kid = `key-${alg}`): SigningKey {
  if (alg === 'HS256') return makeSecret(kid)
  const { publicKey, privateKey } = generatePair(alg)
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } as JsonWebKey
  return { alg, kid, jwk, privateKey, sign: (input) => signWith(alg, privateKey, input) }
}

function makeSecret(kid: string): SigningKey {
  const secret = Buffer.from('thirty-two bytes, or a few more!!')
  const jwk = { kty: 'oct', k: secret.toString('base64url'), kid, alg: 'HS256' }
  return {
    alg: 'HS256',
    kid,
    jwk,
    privateKey: undefined,
    sign: (input) => createHmac('sha256', secret).update(input).digest(),
  }
}

function generatePair(alg: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (alg === 'ES384') return generateKeyPairSync('ec', { namedCurve: 'P-384' })
  if (alg === 'RS256' || alg === 'PS256') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return generateKeyPairSync('ed25519')
}

function signWith(alg: Algorithm, key: KeyObject, input: Uint8Array): Buffer {
  if (alg === 'EdDSA' || alg === 'Ed25519') return sign(null, input, key)
  if (alg === 'ES256') return sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
  if (alg === 'ES384') return sign('sha384', input, { key, dsaEncoding: 'ieee-p1363' })
  if (alg === 'RS256') return sign('sha256', input, key)
  return sign('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
}

/** Signs header and payload, each of which is JSON, text or bytes. */
export function signParts(header: unknown, payload: unknown, key: SigningKey): string {
  const input = `${encodePart(header)}.${encodePart(payload)}`
  return `${input}.${key.sign(Buffer.from(input)).toString('base64url')}`
}

/** Encodes JSON, text or bytes as base64url. */
export function encodePart(part: unknown): string {
  if (part instanceof Uint8Array) return Buffer.from(part).toString('base64url')
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}
