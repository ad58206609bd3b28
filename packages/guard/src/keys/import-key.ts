import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  type JsonWebKeyInput,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { Algorithm } from '../jws/algorithm.ts'
import { decodeBase64url } from '../jws/base64url.ts'
import type { VerificationKey } from '../jws/key-set.ts'
import type { JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { hasRocaFingerprint } from './roca-fingerprint.ts'

interface AlgorithmNeeds {
  readonly kty: 'EC' | 'OKP' | 'RSA' | 'oct'
  readonly crv?: string
  /** Bytes of a coordinate. */
  readonly size?: number
  /** Undefined for Ed25519, which has its own. */
  readonly hash?: string
  readonly options?: { readonly padding: number; readonly saltLength: number }
}

const ed25519: AlgorithmNeeds = { kty: 'OKP', crv: 'Ed25519', size: 32 }
const needs: Readonly<Record<Algorithm, AlgorithmNeeds>> = {
  ES256: { kty: 'EC', crv: 'P-256', size: 32, hash: 'sha256' },
  ES384: { kty: 'EC', crv: 'P-384', size: 48, hash: 'sha384' },
  EdDSA: ed25519,
  Ed25519: ed25519,
  // RSASSA-PKCS1-v1_5 is what node:crypto does with an RSA key.
  RS256: { kty: 'RSA', hash: 'sha256' },
  // RFC 7518 §3.5: the salt is as long as the hash.
  PS256: {
    kty: 'RSA',
    hash: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  },
  HS256: { kty: 'oct' },
}

/** Makes a public or symmetric JWK ready to verify with one of these algorithms. @throws Error which says why it can't be used. */
export function importKey(jwk: JsonObject, algorithms: readonly Algorithm[]): VerificationKey {
  const { kid, use, key_ops: operations } = jwk
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) throw new Error('its kid is no text')
  // RFC 7517 §4.2, §4.3.
  if (use !== undefined && use !== 'sig') throw new Error(`its use is ${quote(use)}`)
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    throw new Error(`its key_ops are ${quote(operations)}`)
  }
  const names = chooseAlgorithm(jwk, algorithms)
  const [name] = names
  if (name === undefined) throw new Error('its algorithm is not allowed')
  return { kid, names, ...prepareKey(jwk, needs[name]) }
}

/**
 * The one algorithm that the key is for, which for Ed25519 has two names; none when it isn't allowed.
 *
 * A key that names none takes the one that its type has; for RSA, the first that is allowed.
 */
function chooseAlgorithm({ kty, crv, alg }: JsonObject, algorithms: readonly Algorithm[]): readonly Algorithm[] {
  const possible = algorithms.filter((name) => needs[name].kty === kty && needs[name].crv === crv)
  if (alg === undefined) return kty === 'OKP' ? possible : possible.slice(0, 1)
  if (kty === 'OKP') return alg === 'EdDSA' || alg === 'Ed25519' ? possible : []
  return possible.filter((name) => name === alg)
}

type PreparedKey = Pick<VerificationKey, 'signatureBytes' | 'verify'>

function prepareKey(jwk: JsonObject, { kty, size, hash, options }: AlgorithmNeeds): PreparedKey {
  if (kty === 'oct') return prepareSecret(decodeMember(jwk, 'k'))
  for (const name of encodedMembers[kty]) decodeMember(jwk, name, size)
  // Node's own error for a point that is not on the curve serves as well as ours.
  const key = createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' })
  const signatureBytes = size === undefined ? measureRsaKey(key, decodeMember(jwk, 'n')) : 2 * size
  const verifying = { key, dsaEncoding: 'ieee-p1363', ...options } as const
  return { signatureBytes, verify: (input, signature) => verify(hash, input, verifying, signature) }
}

const encodedMembers = { EC: ['x', 'y'], OKP: ['x'], RSA: ['n', 'e'] } as const

function decodeMember(jwk: JsonObject, name: string, size?: number): Buffer {
  const value = jwk[name]
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined
  if (bytes !== undefined && (size === undefined || bytes.length === size)) return bytes
  throw new Error(`its ${name} is not base64url of ${size ?? 'some'} bytes`)
}

/** The size of an RSA key's signatures, after checking that the key is good. */
function measureRsaKey(key: KeyObject, modulus: Buffer): number {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  // RFC 7518 §3.3.
  if (modulusLength < 2048) throw new Error(`it has ${modulusLength} bits`)
  // NIST SP 800-56B §6.2: odd and above 2^16. With 1, every text would be its own signature.
  if (publicExponent < 65537n || publicExponent % 2n === 0n) throw new Error(`its exponent is ${publicExponent}`)
  if (hasRocaFingerprint(BigInt(`0x${modulus.toString('hex')}`))) throw new Error('it is a ROCA key')
  return Math.ceil(modulusLength / 8)
}

function prepareSecret(bytes: Buffer): PreparedKey {
  // RFC 8725 §3.5, RFC 7518 §3.2: as long as the hash or longer.
  if (bytes.length < 32) throw new Error(`it has ${bytes.length * 8} bits`)
  const key = createSecretKey(bytes)
  const computed = Buffer.alloc(32)
  return {
    signatureBytes: 32,
    verify(input, signature) {
      // As text first: fresh bytes for each digest cost a quarter of the whole computation.
      computed.write(createHmac('sha256', key).update(input).digest('latin1'), 'latin1')
      return timingSafeEqual(computed, signature)
    },
  }
}
