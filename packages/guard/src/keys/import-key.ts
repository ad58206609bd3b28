import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { Algorithm } from '../jws/algorithm.ts'
import { decodeBase64url } from '../jws/base64url.ts'
import type { JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import type { VerificationKey } from './key-set.ts'
import { hasRocaFingerprint } from './roca-fingerprint.ts'

export type ImportedKey =
  | { readonly ok: true; readonly key: VerificationKey }
  | { readonly ok: false; readonly says: string }

type Verify = VerificationKey['verify']

const ed25519Names: readonly Algorithm[] = ['EdDSA', 'Ed25519']
// RFC 8725 §3.5 and RFC 7518 §3.2: a key of the size of the hash or larger.
const minSecretBytes = 32
const coordinateBytes: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, Ed25519: 32 }

/** Makes a public or symmetric JWK ready to verify with one of these algorithms, or says why it can't be used. */
export function importKey(jwk: JsonObject, algorithms: readonly Algorithm[]): ImportedKey {
  const { kid, use, key_ops: operations } = jwk
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) return refuse('its kid is not a text')
  // RFC 7517 §4.2, §4.3.
  if (use !== undefined && use !== 'sig') return refuse(`its use is ${quote(use)}`)
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return refuse(`its key_ops are ${quote(operations)}`)
  }
  const names = chooseAlgorithm(jwk, algorithms)
  if (names === undefined) {
    return refuse(`${quote([jwk.kty, jwk.crv, jwk.alg])} is none of ${algorithms.join(', ')}`)
  }
  try {
    const prepared = prepareKey(jwk, names)
    if (typeof prepared === 'string') return refuse(prepared)
    return { ok: true, key: { kid, names, ...prepared, identity: identifyKey(jwk) } }
  } catch {
    return refuse('it is no valid key')
  }
}

function refuse(says: string): ImportedKey {
  return { ok: false, says }
}

/** The one algorithm that the key is for. A key that names none takes the one that its type has; for RSA, the first allowed one. */
function chooseAlgorithm(
  { kty, crv, alg }: JsonObject,
  algorithms: readonly Algorithm[],
): readonly string[] | undefined {
  const possible = listAlgorithms(kty, crv).filter((name) => algorithms.includes(name))
  const [first] = possible
  if (first === undefined) return undefined
  if (alg !== undefined && !listAlgorithms(kty, crv).includes(alg as Algorithm)) return undefined
  if (kty === 'OKP') return possible
  if (alg === undefined) return [first]
  return possible.includes(alg as Algorithm) ? [alg as Algorithm] : undefined
}

function listAlgorithms(kty: unknown, crv: unknown): readonly Algorithm[] {
  if (kty === 'EC') return crv === 'P-256' ? ['ES256'] : crv === 'P-384' ? ['ES384'] : []
  if (kty === 'OKP') return crv === 'Ed25519' ? ed25519Names : []
  if (kty === 'RSA') return ['RS256', 'PS256']
  return kty === 'oct' ? ['HS256'] : []
}

type PreparedKey = Pick<VerificationKey, 'signatureBytes' | 'verify'>

function prepareKey(jwk: JsonObject, [name]: readonly string[]): PreparedKey | string {
  if (jwk.kty === 'oct') return prepareSecret(jwk.k)
  if (jwk.kty === 'RSA') return prepareRsaKey(jwk, name === 'PS256')
  const size = coordinateBytes[String(jwk.crv)] ?? 0
  const isCurve = jwk.kty === 'EC'
  // RFC 7518 §6.2.1.2: coordinates have the full size of the field.
  if (decodeMember(jwk.x)?.length !== size || (isCurve && decodeMember(jwk.y)?.length !== size)) {
    return 'a coordinate is not canonical base64url of the full size'
  }
  const key = openPublicKey(jwk, ['kty', 'crv', 'x', 'y'])
  return { signatureBytes: 2 * size, verify: isCurve ? verifyEcdsa(key, size) : verifyEd25519(key) }
}

function prepareRsaKey(jwk: JsonObject, isPss: boolean): PreparedKey | string {
  const { n, e } = jwk
  const modulus = decodeMember(n)
  if (modulus === undefined || decodeMember(e) === undefined) return 'n or e is not canonical base64url'
  const key = openPublicKey(jwk, ['kty', 'n', 'e'])
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  // RFC 7518 §3.3: 2048 bits or more. An exponent of 1 makes every text its own signature (NIST SP 800-56B §6.2: odd, > 2^16).
  if (modulusLength < 2048) return `its modulus has ${modulusLength} bits`
  if (publicExponent < 65537n || publicExponent % 2n === 0n) return `its exponent is ${publicExponent}`
  if (hasRocaFingerprint(BigInt(`0x${modulus.toString('hex')}`))) return 'it is a ROCA key'
  return { signatureBytes: Math.ceil(modulusLength / 8), verify: verifyRsa(key, isPss) }
}

function prepareSecret(k: unknown): PreparedKey | string {
  const bytes = decodeMember(k)
  if (bytes === undefined) return 'k is not canonical base64url'
  if (bytes.length < minSecretBytes) return `it has ${bytes.length} bytes, fewer than ${minSecretBytes}`
  return { signatureBytes: 32, verify: verifyHmac(createSecretKey(bytes)) }
}

/** Opens the public members only, so that nothing else of a JWK reaches OpenSSL. */
function openPublicKey(jwk: JsonObject, members: readonly string[]): KeyObject {
  const key = Object.fromEntries(members.map((member) => [member, jwk[member]]))
  return createPublicKey({ key, format: 'jwk' })
}

function decodeMember(value: unknown): Buffer | undefined {
  return typeof value === 'string' ? decodeBase64url(value) : undefined
}

function verifyEcdsa(key: KeyObject, size: number): Verify {
  const options = { key, dsaEncoding: 'ieee-p1363' } as const
  const hash = size === 48 ? 'sha384' : 'sha256'
  return (signingInput, signature) => verify(hash, signingInput, options, signature)
}

function verifyEd25519(key: KeyObject): Verify {
  return (signingInput, signature) => verify(null, signingInput, key, signature)
}

function verifyRsa(key: KeyObject, isPss: boolean): Verify {
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants
  // RFC 7518 §3.5: the salt is as long as the hash.
  const options = isPss
    ? { key, padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST }
    : { key, padding: RSA_PKCS1_PADDING }
  return (signingInput, signature) => verify('sha256', signingInput, options, signature)
}

function verifyHmac(key: KeyObject): Verify {
  return (signingInput, signature) =>
    timingSafeEqual(createHmac('sha256', key).update(signingInput).digest(), signature)
}

function identifyKey({ kid, kty, alg, crv, x, y, n, e, k }: JsonObject): string {
  return JSON.stringify([kid, kty, alg, crv, x, y, n, e, k])
}
