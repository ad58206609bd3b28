import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'

export type BenchmarkedAlgorithm = 'ES256' | 'EdDSA' | 'RS256' | 'HS256'
export const benchmarkedAlgorithms: readonly BenchmarkedAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'HS256']

/** A key of one algorithm: to sign tokens with, and to verify them with. For HS256 both are the same secret. */
export interface TokenKey {
  readonly algorithm: BenchmarkedAlgorithm
  readonly kid: string
  readonly signWith: KeyObject
  readonly verifyWith: KeyObject
}

/** Makes a key as Ostiary makes them: P-256, Ed25519, RSA with 2048 bits, or a secret of 32 bytes. */
export function makeKey(algorithm: BenchmarkedAlgorithm): TokenKey {
  const kid = randomBytes(32).toString('base64url')
  if (algorithm === 'HS256') {
    const secret = createSecretKey(randomBytes(32))
    return { algorithm, kid, signWith: secret, verifyWith: secret }
  }
  const { privateKey, publicKey } = generatePair(algorithm)
  return { algorithm, kid, signWith: privateKey, verifyWith: publicKey }
}

function generatePair(
  algorithm: Exclude<BenchmarkedAlgorithm, 'HS256'>,
): Record<'privateKey' | 'publicKey', KeyObject> {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** The public key as a JWK set, as an issuer publishes it. */
export function toKeySet({ algorithm, kid, verifyWith }: TokenKey): { keys: Record<string, unknown>[] } {
  return { keys: [{ ...verifyWith.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' }] }
}
