import type { Algorithm } from '../jws/algorithm.ts'
import { decodeBase64url } from '../jws/base64url.ts'
import type { NamedKey } from '../jws/key-set.ts'
import type { JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { hasRocaFingerprint } from './roca-fingerprint.ts'

interface AlgorithmNeeds {
  readonly kty: 'EC' | 'OKP' | 'RSA' | 'oct'
  readonly crv?: string
  /** Bytes of a coordinate. */
  readonly size?: number
  /** Undefined for Ed25519, which has its own, and for secrets. */
  readonly hash?: 'sha256' | 'sha384'
}

const ed25519: AlgorithmNeeds = { kty: 'OKP', crv: 'Ed25519', size: 32 }
const needs: Readonly<Record<Algorithm, AlgorithmNeeds>> = {
  ES256: { kty: 'EC', crv: 'P-256', size: 32, hash: 'sha256' },
  ES384: { kty: 'EC', crv: 'P-384', size: 48, hash: 'sha384' },
  EdDSA: ed25519,
  Ed25519: ed25519,
  RS256: { kty: 'RSA', hash: 'sha256' },
  PS256: { kty: 'RSA', hash: 'sha256' },
  HS256: { kty: 'oct' },
}

/** A key that may verify: what for, and how long its signatures are. Whether it is a point of its curve, its import shows. */
export interface JudgedKey extends NamedKey {
  readonly names: readonly Algorithm[]
  readonly hash: AlgorithmNeeds['hash']
  readonly signatureBytes: number
}

/** Judges a public or symmetric JWK, without any cryptography. @throws Error which says why it can't be used. */
export function judgeKey(jwk: JsonObject, algorithms: readonly Algorithm[]): JudgedKey {
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
  const { kty, size, hash } = needs[name]
  const members = encodedMembers[kty].map((member) => decodeMember(jwk, member, size))
  return { kid, names, hash, signatureBytes: measureSignature(members, kty, size) }
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

const encodedMembers = { EC: ['x', 'y'], OKP: ['x'], RSA: ['n', 'e'], oct: ['k'] } as const

/** Decodes a member of a key. @throws Error when it is anything else. */
export function decodeMember(jwk: JsonObject, name: string, size?: number): Buffer {
  const value = jwk[name]
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined
  if (bytes !== undefined && (size === undefined || bytes.length === size)) return bytes
  throw new Error(`its ${name} is not base64url of ${size ?? 'some'} bytes`)
}

/** How long signatures are: two coordinates, as long as an RSA modulus, or a hash. @throws Error for a weak key. */
function measureSignature(members: readonly Buffer[], kty: AlgorithmNeeds['kty'], size?: number): number {
  if (size) return 2 * size
  const [number = 0n, exponent = 0n] = members.map((bytes) => BigInt(`0x0${bytes.toString('hex')}`))
  const isSecret = kty === 'oct'
  const bits = isSecret ? (members[0]?.length ?? 0) * 8 : number.toString(2).length
  // RFC 7518 §3.3; RFC 8725 §3.5 and RFC 7518 §3.2: as long as the hash or longer.
  if (bits < (isSecret ? 256 : 2048)) throw new Error(`it has ${bits} bits`)
  if (isSecret) return 32
  // NIST SP 800-56B §6.2: odd and above 2^16. With 1, every text would be its own signature; and with thousands of bits, which the key
  // of a proof may have, one signature would take 20 ms of the API's time.
  if (exponent < 65537n || exponent >= 2n ** 64n || exponent % 2n === 0n) throw new Error(`its exponent is ${exponent}`)
  if (hasRocaFingerprint(number)) throw new Error('it is a ROCA key')
  return Math.ceil(bits / 8)
}
