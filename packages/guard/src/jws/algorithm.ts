/**
 * A signature algorithm of a token. `EdDSA` and `Ed25519` name the same one.
 *
 * @see RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2
 */
export type Algorithm = 'ES256' | 'ES384' | 'EdDSA' | 'Ed25519' | 'RS256' | 'PS256' | 'HS256'

/** Allowed by default with public keys. */
export const asymmetricAlgorithms: readonly Algorithm[] = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256', 'ES384']

/** Allowed with a secret. A guard takes these or the others, never both: a public key must not become a secret. */
export const symmetricAlgorithms: readonly Algorithm[] = ['HS256']
