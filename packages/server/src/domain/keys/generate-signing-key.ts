import { createHash, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { PublicJwk, SigningAlgorithm } from './signing-key.ts'

const generate = promisify(generateKeyPair)

/** A fresh key pair that is not stored yet. */
export interface KeyDraft {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly publicJwk: PublicJwk
  /** PKCS #8, DER. */
  readonly privateKey: Buffer
}

/** Generates a key pair off the event loop: P-256, P-384, Ed25519, or RSA with 2048 bits (RFC 7518 §3, RFC 8037). */
export async function generateSigningKey(algorithm: SigningAlgorithm): Promise<KeyDraft> {
  const { publicKey, privateKey } = await generatePair(algorithm)
  const members = publicKey.export({ format: 'jwk' }) as PublicJwk
  const kid = computeThumbprint(members)
  return {
    kid,
    algorithm,
    publicJwk: { ...members, kid, alg: algorithm, use: 'sig' },
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }),
  }
}

function generatePair(algorithm: SigningAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' })
    case 'ES384':
      return generate('ec', { namedCurve: 'P-384' })
    case 'EdDSA':
      return generate('ed25519')
    default:
      return generate('rsa', { modulusLength: 2048, publicExponent: 0x1_00_01 })
  }
}

const REQUIRED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}

/** RFC 7638 §3.2 and RFC 8037 §2: SHA-256 over the required members in lexicographic order, without blanks. */
export function computeThumbprint(jwk: PublicJwk): string {
  const names = REQUIRED_MEMBERS[jwk.kty ?? '']
  if (!names) throw new TypeError(`no thumbprint is defined for the key type ${jwk.kty}`)
  const canonical = Object.fromEntries(names.map((name) => [name, jwk[name]]))
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url')
}
