import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** What a signing key signs with. */
export type SigningAlgorithm = 'ES256' | 'ES384' | 'EdDSA' | 'RS256' | 'PS256'
export const signingAlgorithms: readonly SigningAlgorithm[] = ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256']

/** pending: published, not used yet. active: signs. retiring: published until its last token has expired. retired: gone from the JWKS. */
export type SigningKeyState = 'pending' | 'active' | 'retiring' | 'retired'

/** A public key as RFC 7517 §4 writes it; all members that our keys have are texts. */
export type PublicJwk = Readonly<Record<string, string>>

export interface SigningKey {
  /** The JWK thumbprint, RFC 7638. */
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly state: SigningKeyState
  readonly publicJwk: PublicJwk
  /** Gone as soon as the key has stopped signing. */
  readonly sealedPrivateKey: string | undefined
  readonly createdAt: EpochMilliseconds
  readonly stateSince: EpochMilliseconds
}

/** What a private key is sealed for: it opens nowhere else. */
export function privateKeyPurpose(kid: string): string {
  return `signing_key ${kid}`
}
